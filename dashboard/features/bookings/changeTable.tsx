/** Changes that one side asked for and the other has not answered: moves, dropped days, make-goods. */
import { Button } from 'antd';
import { api, once, read } from '../../lib/client.ts';
import { money } from '../../lib/format.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { AskedWhy } from '../../ui/askedWhy.tsx';
import type { Column } from '../../ui/column.ts';
import { actsColumn, daySpan, moneyColumn } from '../../ui/columns.tsx';
import { List } from '../../ui/list.tsx';
import { Mark } from '../../ui/page.tsx';
import { BOOKINGS, type Change, useOpenChanges } from './data.ts';
import { useBookingWords } from './words.ts';

export function ChangeTable({ side }: { side: 'buyer' | 'seller' }) {
  const say = useBookingWords();
  const columns: Column<Change>[] = [
    {
      key: 'placement',
      title: say('placement'),
      lead: true,
      width: '1.4fr',
      value: (row) => row.placementName,
    },
    {
      key: 'other',
      title: say(side === 'seller' ? 'advertiser' : 'outlet'),
      width: '1.3fr',
      value: (row) => (side === 'seller' ? row.advertiserName : row.outletName),
    },
    {
      key: 'kind',
      title: say('change'),
      width: '110px',
      value: (row) => say(row.kind === 'drop' ? 'drop_' : row.kind),
      render: (row) => (
        <Mark tone={row.askedSide === side ? 'busy' : 'warn'}>
          {say(row.kind === 'drop' ? 'drop_' : row.kind)}
        </Mark>
      ),
    },
    {
      key: 'days',
      title: say('days'),
      width: '1.2fr',
      value: (row) => row.days.join(' '),
      render: (row) => <span className="number">{row.days.join(' ')}</span>,
    },
    {
      key: 'to',
      title: say('to'),
      width: '180px',
      value: (row) => (row.startsOn && row.endsOn ? daySpan(row.startsOn, row.endsOn) : '—'),
    },
    { key: 'reason', title: say('why'), width: '1.4fr', value: (row) => row.reason },
    moneyColumn('price', say('price'), (row) => row.priceMicroCny),
    actsColumn((row) => <Answers change={row} mine={row.askedSide === side} />),
  ];
  return (
    <List
      label={say('changes')}
      query={useOpenChanges()}
      columns={columns}
      urlKey="c_"
      none={{ title: say('noChanges'), hint: say('noChangesHint') }}
    />
  );
}

interface Word {
  answer: 'accept' | 'decline' | 'withdraw';
  note?: string;
}

function Answers({ change, mine }: { change: Change; mine: boolean }) {
  const say = useBookingWords();
  const answer = useChange({
    run: (word: Word, key) =>
      read(
        api['booking-changes'][':id'].answer.$post(
          { param: { id: String(change.id) }, json: { version: change.version, ...word } },
          once(key),
        ),
      ),
    refresh: [BOOKINGS, ['orders'], ['wallet'], ['notices']],
    say: say('answered'),
  });
  if (mine) {
    return (
      <Button
        size="small"
        loading={answer.isPending}
        onClick={() => answer.mutate({ answer: 'withdraw' })}
      >
        {say('withdraw')}
      </Button>
    );
  }
  return (
    <span className="row" style={{ gap: 6, flexWrap: 'nowrap' }}>
      <Asked
        label={say('accept')}
        ask={say('acceptChange')}
        hint={
          change.kind === 'drop'
            ? say('acceptDrop')
            : say('acceptMove', { amount: money(change.priceMicroCny) })
        }
        size="small"
        type="primary"
        loading={answer.isPending}
        run={() => answer.mutateAsync({ answer: 'accept' })}
      />
      <AskedWhy
        label={say('decline')}
        size="small"
        run={(note) => answer.mutateAsync({ answer: 'decline', ...(note && { note }) })}
      />
    </span>
  );
}
