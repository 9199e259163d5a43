/** A table's heads, by which it is sorted, and its cells, which name their column where the heads are hidden. */
import type { Column } from './column.ts';

export function Cell<Row>(props: { column: Column<Row>; row: Row; narrow: boolean }) {
  const { column, row } = props;
  const value = column.render ? column.render(row) : String(column.value(row) ?? '—');
  // A card says what there is; in a table an empty place needs its dash.
  if (props.narrow && value === '—') return null;
  const kind = column.lead ? ' cell-lead' : column.title === '' ? ' cell-acts' : '';
  return (
    <td className={`cell${kind}${column.align === 'right' ? ' cell-right' : ''}`}>
      {props.narrow && !column.lead && column.title && (
        <span className="cell-label">{column.title}</span>
      )}
      <span className="cell-value">{value}</span>
    </td>
  );
}

export function Heads<Row>(props: {
  columns: readonly Column<Row>[];
  order: string;
  setSort: (key: string) => void;
  narrow: boolean;
}) {
  const { columns, order } = props;
  return (
    <thead className={props.narrow ? 'visually-hidden' : 'table-heads'}>
      <tr aria-rowindex={1} className="table-head">
        {columns.map((column) => {
          const sorted = order.replace(/^-/, '') === column.key;
          const down = order.startsWith('-');
          return (
            <th
              key={column.key}
              scope="col"
              aria-sort={sorted ? (down ? 'descending' : 'ascending') : 'none'}
              className={column.align === 'right' ? 'cell cell-right' : 'cell'}
            >
              {column.title && !props.narrow ? (
                <button type="button" onClick={() => props.setSort(column.key)}>
                  {column.title}
                  <span aria-hidden="true">{sorted ? (down ? ' ↓' : ' ↑') : ''}</span>
                </button>
              ) : (
                column.title || <span className="visually-hidden">{column.key}</span>
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
