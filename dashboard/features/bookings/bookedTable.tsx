/** What an outlet has agreed to run: each booked line, and the way to ask its buyer for another day. */
import type { Column } from '../../ui/column.ts';
import { actsColumn, daysColumn, markColumn, moneyColumn } from '../../ui/columns.tsx';
import { List } from '../../ui/list.tsx';
import { AskChange } from './changeForm.tsx';
import { type Line, shownOf, useBookedLines } from './data.ts';
import { useBookingWords } from './words.ts';

const STATE: Partial<Record<Line['status'], 'delivered' | 'short'>> = {
  fulfilled: 'delivered',
  short: 'short',
};

export function BookedTable() {
  const say = useBookingWords();
  const columns: Column<Line>[] = [
    {
      key: 'placement',
      title: say('placement'),
      lead: true,
      width: '1.3fr',
      value: (row) => row.placementName,
    },
    {
      key: 'advertiser',
      title: say('advertiser'),
      width: '1.3fr',
      value: (row) => row.advertiserName,
    },
    { key: 'order', title: say('order'), width: '1.3fr', value: (row) => row.orderName },
    daysColumn(say('days'), (row) => row),
    {
      key: 'slots',
      title: say('slotsHead'),
      align: 'right',
      width: '80px',
      value: (row) => row.slots,
    },
    {
      key: 'shown',
      title: say('shown'),
      align: 'right',
      width: '130px',
      value: (row) => shownOf(row),
      hideOnPhone: true,
    },
    moneyColumn('price', say('price'), (row) => row.priceMicroCny),
    markColumn(
      say('status'),
      (row) => say(STATE[row.status] ?? 'agreed'),
      (row) => (row.status === 'short' ? 'warn' : row.status === 'fulfilled' ? 'quiet' : 'good'),
      { width: '100px' },
    ),
    actsColumn((row) => <AskChange line={row} />, { width: '150px' }),
  ];
  return (
    <List
      label={say('booked')}
      query={useBookedLines()}
      columns={columns}
      urlKey="b_"
      none={{ title: say('noBooked'), hint: say('noBookedHint') }}
      exportAs="booked-lines"
    />
  );
}
