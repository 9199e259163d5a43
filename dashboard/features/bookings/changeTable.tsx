/** Changes that one side asked for and the other has not answered: moves, dropped days, make-goods. */
import { Button } from 'antd';
import { api, once, read } from '../../lib/client.ts';
import { useChange } from '../../lib/queries.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Money } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { BOOKINGS, type Change, useOpenChanges } from './data.ts';
import { useBookingWords } from './words.ts';

export function ChangeTable({ side }: { side: 'buyer' | 'seller' }) {
  const say = useBookingWords();
  const list = useOpenChanges();
  const columns: Column<Change>[] = [
    {
      key: 'kind',
      title: say('change'),
      lead: true,
      width: '110px',
      value: (row) => say(row.kind === 'drop' ? 'drop_' : row.kind),
    },
    { key: 'days', title: say('days'), width: '1.4fr', value: (row) => row.days.join(' ') },
    {
      key: 'to',
      title: say('to'),
      width: '200px',
      value: (row) => (row.startsOn ? `${row.startsOn} – ${row.endsOn}` : '—'),
    },
    { key: 'reason', title: say('why'), width: '1.6fr', value: (row) => row.reason },
    {
      key: 'price',
      title: say('price'),
      align: 'right',
      value: (row) => BigInt(row.priceMicroCny),
      render: (row) => <Money microCny={row.priceMicroCny} />,
    },
    {
      key: 'act',
      title: '',
      width: '170px',
      value: () => '',
      render: (row) => <Answers change={row} mine={row.askedSide === side} />,
    },
  ];
  return (
    <DataTable
      rows={list.data?.items}
      error={list.error}
      retry={() => void list.refetch()}
      columns={columns}
      rowKey={(row) => row.id}
      label={say('changes')}
      urlKey="c_"
      empty={<Empty title={say('noChanges')} hint={say('noChangesHint')} />}
    />
  );
}

function Answers({ change, mine }: { change: Change; mine: boolean }) {
  const say = useBookingWords();
  const answer = useChange({
    run: (word: 'accept' | 'decline' | 'withdraw', key) =>
      read(
        api['booking-changes'][':id'].answer.$post(
          { param: { id: String(change.id) }, json: { version: change.version, answer: word } },
          once(key),
        ),
      ),
    refresh: [BOOKINGS, ['orders']],
    say: say('answered'),
  });
  if (mine) {
    return (
      <Button size="small" onClick={() => answer.mutate('withdraw')}>
        {say('withdraw')}
      </Button>
    );
  }
  return (
    <span className="row" style={{ gap: 6, flexWrap: 'nowrap' }}>
      <Button size="small" type="primary" onClick={() => answer.mutate('accept')}>
        {say('accept')}
      </Button>
      <Button size="small" onClick={() => answer.mutate('decline')}>
        {say('decline')}
      </Button>
    </span>
  );
}
