/**
 * The table of every list: virtual rows (50,000 stay smooth), sort and search kept in the URL,
 * export, cards on a phone, keys (↑ ↓ move, Enter opens). Owns the looks and the order of rows it is
 * given; refuses to fetch.
 */
import { SearchOutlined } from '@ant-design/icons';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Input } from 'antd';
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
} from 'react';
import { useFilters } from '../lib/filters.ts';
import { defineWords } from '../lib/words.ts';
import { ExportButton } from './exportButton.tsx';
import { matching, ordered } from './rowOrder.ts';
import { Empty, Failed, Loading } from './states.tsx';
import { Cell, Heads } from './tableParts.tsx';
import { useNarrow } from './useNarrow.ts';
import './dataTable.css';
import type { Column } from './column.ts';

interface Props<Row> {
  rows: readonly Row[] | undefined;
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string | number;
  label: string;
  error?: unknown;
  retry?: () => void;
  empty?: ReactNode;
  onOpen?: (row: Row) => void;
  /** Row to show as chosen. */
  current?: string | number;
  /** File name without extension; no export without it. */
  exportAs?: string;
  /** Prefix of this table's URL parameters, where a page has several. */
  urlKey?: string;
  filters?: ReactNode;
  search?: boolean;
  maxHeight?: number;
  initialSort?: string;
  footer?: ReactNode;
  /** Told which rows are shown, in which order: what a paste into a column goes by. */
  onShown?: (rows: readonly Row[]) => void;
}

const useWords = defineWords(
  {
    search: '搜索',
    rows: '{{n}} 行',
    none: '没有符合条件的记录',
    noneHint: '换个搜索词或放宽筛选条件试试。',
    nothing: '还没有记录',
  },
  {
    search: 'Search',
    rows: '{{n}} {{n|row|rows}}',
    none: 'Nothing matches',
    noneHint: 'Try another word or a wider filter.',
    nothing: 'Nothing here yet',
  },
);

const ROW_HEIGHT = 44;
const CARD_HEIGHT = 168;

export function DataTable<Row>(props: Props<Row>) {
  const { columns } = props;
  const say = useWords();
  const { shown, order, query, setSort, setQuery } = useShownRows(props);
  const { onShown } = props;
  useEffect(() => onShown?.(shown), [onShown, shown]);
  // Where there is nothing yet, there is nothing to search or take away either.
  const some = props.rows === undefined || props.rows.length > 0;
  const tools = props.filters || (some && (props.search || props.exportAs));
  return (
    <div className="table-frame">
      {tools && (
        <div className="table-tools">
          {some && props.search && (
            <Input
              className="table-search"
              allowClear
              prefix={<SearchOutlined />}
              placeholder={say('search')}
              aria-label={say('search')}
              value={query}
              onChange={(event) => setQuery(event.target.value)}
            />
          )}
          {props.filters}
          <span className="table-count faint small number">
            {props.rows && some ? say('rows', { n: shown.length.toLocaleString('en') }) : ''}
          </span>
          {some && props.exportAs && (
            <ExportButton name={props.exportAs} columns={columns} rows={shown} />
          )}
        </div>
      )}
      <Rows {...props} shown={shown} order={order} setSort={setSort} />
      {props.rows && shown.length === 0 && !props.error && (
        <div>
          {props.rows.length === 0 ? (
            (props.empty ?? <Empty title={say('nothing')} />)
          ) : (
            <Empty title={say('none')} hint={say('noneHint')} />
          )}
        </div>
      )}
      {!props.rows &&
        (props.error ? <Failed error={props.error} retry={props.retry} /> : <Loading lines={6} />)}
      {props.footer}
    </div>
  );
}

/** The rows that match the search, in the order that the URL asks for. */
function useShownRows<Row>(props: Props<Row>) {
  const { rows, columns, urlKey = '', initialSort } = props;
  const { filters, set } = useFilters();
  const query = filters[`${urlKey}q`] ?? '';
  const order = filters[`${urlKey}sort`] ?? initialSort ?? '';
  // The key or click is painted at once; finding and ordering 50,000 rows comes right after.
  const settledQuery = useDeferredValue(query);
  const settledOrder = useDeferredValue(order);
  const shown = useMemo(
    () => ordered(matching(rows ?? [], columns, settledQuery), columns, settledOrder),
    [rows, columns, settledQuery, settledOrder],
  );
  return {
    shown,
    order,
    query,
    setQuery: (text: string) => set({ [`${urlKey}q`]: text || undefined }),
    setSort: (key: string) => set({ [`${urlKey}sort`]: order === `-${key}` ? key : `-${key}` }),
  };
}

interface RowsProps<Row> extends Props<Row> {
  shown: Row[];
  order: string;
  setSort: (key: string) => void;
}

function Rows<Row>(props: RowsProps<Row>) {
  const { shown, columns, rowKey, onOpen } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const narrow = useNarrow();
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (narrow ? CARD_HEIGHT : ROW_HEIGHT),
    overscan: 8,
  });
  const tracks = columns.map((column) => column.width ?? 'minmax(96px, 1fr)').join(' ');
  const visible = narrow ? columns.filter((column) => !column.hideOnPhone) : columns;
  const onKeyDown = (event: KeyboardEvent<HTMLElement>, at: number) => {
    if (event.target !== event.currentTarget) return;
    const to = event.key === 'ArrowDown' ? at + 1 : event.key === 'ArrowUp' ? at - 1 : at;
    if (event.key === 'Enter' && shown[at]) onOpen?.(shown[at]);
    if (to === at || to < 0 || to >= shown.length) return;
    event.preventDefault();
    rows.scrollToIndex(to);
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-index="${to}"]`)?.focus(),
    );
  };
  if (shown.length === 0) return null;
  return (
    <section
      ref={scroller}
      className="table-scroll"
      style={{ maxHeight: heightOf(narrow, shown.length, props.maxHeight) }}
      tabIndex={onOpen ? undefined : 0}
      aria-label={props.label}
    >
      <table
        aria-label={props.label}
        aria-rowcount={shown.length + 1}
        className={narrow ? 'table table-cards' : 'table'}
        style={{ '--tracks': tracks } as CSSProperties}
      >
        <Heads columns={columns} order={props.order} setSort={props.setSort} narrow={narrow} />
        <tbody className="table-body" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => {
            const row = shown[item.index] as Row;
            const key = rowKey(row);
            return (
              <tr
                key={key}
                ref={narrow ? rows.measureElement : undefined}
                aria-rowindex={item.index + 2}
                data-index={item.index}
                data-current={props.current === key || undefined}
                className={onOpen ? 'table-row table-row-open' : 'table-row'}
                style={{ transform: `translateY(${item.start}px)` }}
                tabIndex={onOpen ? 0 : undefined}
                onClick={onOpen ? () => onOpen(row) : undefined}
                onKeyDown={(event) => onKeyDown(event, item.index)}
              >
                {visible.map((column) => (
                  <Cell key={column.key} column={column} row={row} narrow={narrow} />
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** A phone scrolls the page, not a box in it, unless the list is long. */
function heightOf(narrow: boolean, rows: number, wanted = 620): number | string {
  if (!narrow) return wanted;
  return rows <= 60 ? 'none' : '72dvh';
}
