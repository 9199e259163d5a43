/**
 * A list as every desk has them: choices kept in the URL, a table with search and export, what it says when it is empty,
 * and the sheet of the row that is opened. Owns the way from the URL to what is shown; its rows are fetched by the caller.
 */
import { Button, Drawer, Select } from 'antd';
import { Fragment, type ReactNode, useEffect, useRef } from 'react';
import { type Filters, useFilters } from '../lib/filters.ts';
import { Problem } from '../lib/problem.ts';
import type { Choice } from './choice.ts';
import type { Column } from './column.ts';
import { DataTable } from './dataTable.tsx';
import { Empty, Failed, Loading } from './states.tsx';
import { useWhose } from './whose.ts';

type Id = string | number;

/** What is told of one row, in a drawer beside the list. */
export interface SheetOf<Row> {
  title?: (row: Row | undefined) => ReactNode;
  size?: number;
  /** Of a row of this list. */
  body?: (row: Row) => ReactNode;
  /** Instead, where the sheet fetches what it tells: it then opens also what this list does not hold. */
  byId?: (id: string) => ReactNode;
}

export interface ListProps<Row> {
  query: { data: readonly Row[] | undefined; error: unknown; refetch: () => unknown };
  columns: readonly Column<Row>[];
  label: string;
  rowKey?: (row: Row) => Id;
  choices?: readonly Choice<Row>[];
  /** Whatever else stands above the table. */
  tools?: ReactNode;
  /** The URL's parameter of the opened row; `new` is a form's word, never a row's. */
  param?: string;
  sheet?: SheetOf<Row>;
  /** Instead of a sheet: goes to the row's own page. */
  open?: (row: Row) => void;
  /** How one makes a row: offered above the screen (`above`: the table) and where there is none yet, never twice. */
  create?: { label: string; run: () => void; above?: boolean };
  none: { title: string; hint?: string };
  exportAs?: string;
  urlKey?: string;
  /** Off only for a handful of rows. */
  search?: boolean;
  initialSort?: string;
  footer?: ReactNode;
}

const idOf = (row: unknown): Id => (row as { id: Id }).id;

export function List<Row>(props: ListProps<Row>) {
  const { query, param, sheet, create, rowKey = idOf } = props;
  const whose = useWhose(query.data);
  const choices = [...(props.choices ?? []), ...whose.choices];
  const [lead, ...others] = props.columns;
  const { filters, set } = useFilters();
  const asked = param === undefined || filters[param] === 'new' ? undefined : filters[param];
  const opened = query.data?.find((row) => String(rowKey(row)) === asked);
  const seen = useRef<string>(undefined);
  useEffect(() => {
    if (opened !== undefined) seen.current = asked;
    // What was open here and is gone was removed: its sheet closes. What never was here says that it is missing.
    else if (query.data && asked && seen.current === asked && param) set({ [param]: undefined });
  }, [opened, asked, query.data, param, set]);
  const tools =
    create?.above && query.data?.length !== 0 ? (
      <>
        {props.tools}
        <Button onClick={create.run}>{create.label}</Button>
      </>
    ) : (
      props.tools
    );
  const onOpen = props.open ?? (param && sheet && ((row: Row) => set({ [param]: idText(row) })));
  const idText = (row: Row) => String(rowKey(row));
  return (
    <>
      <DataTable
        rows={chosen(query.data, choices, filters)}
        error={query.error}
        retry={() => void query.refetch()}
        columns={lead ? [lead, ...whose.columns, ...others] : []}
        rowKey={rowKey}
        label={props.label}
        search={props.search ?? true}
        // There is nothing to choose among where there is nothing.
        filters={above(query.data?.length === 0 ? askedOf(choices) : choices, tools)}
        empty={
          <Empty
            {...props.none}
            action={create && <Button onClick={create.run}>{create.label}</Button>}
          />
        }
        {...(onOpen ? { onOpen } : {})}
        {...(opened ? { current: rowKey(opened) } : {})}
        {...(props.exportAs ? { exportAs: props.exportAs } : {})}
        {...(props.urlKey ? { urlKey: props.urlKey } : {})}
        {...(props.initialSort ? { initialSort: props.initialSort } : {})}
        footer={props.footer}
      />
      {sheet && param && (
        <Drawer
          // A form that edits the row takes its place.
          open={asked !== undefined && !filters.edit}
          onClose={() => set({ [param]: undefined })}
          size={sheet.size ?? 600}
          title={sheet.title?.(opened)}
        >
          {asked !== undefined && (
            <Fragment key={asked}>
              <SheetBody asked={asked} opened={opened} {...{ query, sheet }} />
            </Fragment>
          )}
        </Drawer>
      )}
    </>
  );
}

const NOT_HERE = new Problem(404, 'not_found', { zh: '没有找到', en: 'not found' });

function SheetBody<Row>(
  props: Pick<ListProps<Row>, 'query'> & {
    sheet: SheetOf<Row>;
    asked: string;
    opened: Row | undefined;
  },
) {
  const { sheet, opened } = props;
  if (sheet.byId) return sheet.byId(props.asked);
  if (opened !== undefined) return sheet.body?.(opened);
  return props.query.data ? <Failed error={NOT_HERE} /> : <Loading />;
}

/** The rows that every choice lets through; the very list where nothing is chosen, so that no table orders it anew. */
function chosen<Row>(
  rows: readonly Row[] | undefined,
  choices: readonly Choice<Row>[],
  filters: Filters,
): readonly Row[] | undefined {
  const made = choices.filter(({ of, param }) => of && filters[param]);
  if (made.length === 0) return rows;
  return rows?.filter((row) => made.every(({ of, param }) => of?.(row) === filters[param]));
}

/** Choices that the API answers: they may be why there is nothing. */
const askedOf = <Row,>(choices: readonly Choice<Row>[]) => choices.filter(({ of }) => !of);

/** Nothing where there is neither choice nor tool: the table then has no bar of its own. */
function above<Row>(choices: readonly Choice<Row>[], tools: ReactNode): ReactNode {
  if (choices.length === 0) return tools;
  return (
    <>
      {choices.map((choice) => (
        <ChoiceSelect key={choice.param} choice={choice} />
      ))}
      {tools}
    </>
  );
}

function ChoiceSelect<Row>({ choice }: { choice: Choice<Row> }) {
  const { filters, set } = useFilters();
  const { param, options } = choice;
  return (
    <Select<string | null>
      allowClear
      style={{ width: choice.width ?? 140 }}
      aria-label={choice.label}
      placeholder={choice.all}
      value={filters[param] ?? null}
      options={[...options]}
      onChange={(value) => set({ [param]: value ?? undefined })}
    />
  );
}
