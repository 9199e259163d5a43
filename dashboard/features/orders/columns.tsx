/** The columns by which an order is known, to its buyer and to the platform. */
import { instant } from '../../lib/format.ts';
import type { Column } from '../../ui/column.ts';
import { instantColumn, markColumn, moneyColumn, nameColumn } from '../../ui/columns.tsx';
import { ORDER_TONES, type Order } from './data.ts';
import { useOrderWords } from './words.ts';

export function useOrderColumns(): Column<Order>[] {
  const say = useOrderWords();
  return [
    nameColumn(say('name'), (row) => row.name),
    moneyColumn('total', say('total'), (row) => row.totalMicroCny),
    markColumn(
      say('status'),
      (row) => say(row.status),
      (row) => ORDER_TONES[row.status],
    ),
    {
      key: 'until',
      title: say('until'),
      width: '150px',
      value: (row) => row.expiresAt,
      render: (row) =>
        row.status === 'reserved' && row.expiresAt ? (
          <span className="number">{instant(row.expiresAt)}</span>
        ) : (
          '—'
        ),
    },
    instantColumn('created', say('created'), (row) => row.createdAt, { hideOnPhone: true }),
  ];
}
