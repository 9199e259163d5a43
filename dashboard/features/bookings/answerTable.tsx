/** Reserved lines that wait for the outlet's word: accept, or decline and say why. */
import { Button } from 'antd';
import { api, once, read } from '../../lib/client.ts';
import { useChange } from '../../lib/queries.ts';
import { AskedWhy } from '../../ui/askedWhy.tsx';
import type { Column } from '../../ui/column.ts';
import { actsColumn, daysColumn, instantColumn, moneyColumn } from '../../ui/columns.tsx';
import { List } from '../../ui/list.tsx';
import { BOOKINGS, type Line, useOpenLines } from './data.ts';
import { useBookingWords } from './words.ts';

export function AnswerTable() {
  const say = useBookingWords();
  const columns: Column<Line>[] = [
    {
      key: 'advertiser',
      title: say('advertiser'),
      lead: true,
      width: '1.4fr',
      value: (row) => row.advertiserName,
    },
    { key: 'order', title: say('order'), width: '1.3fr', value: (row) => row.orderName },
    {
      key: 'placement',
      title: say('placement'),
      width: '1.2fr',
      value: (row) => row.placementName,
    },
    daysColumn(say('days'), (row) => row),
    {
      key: 'slots',
      title: say('slotsHead'),
      align: 'right',
      width: '80px',
      value: (row) => row.slots,
    },
    moneyColumn('price', say('price'), (row) => row.priceMicroCny),
    instantColumn('until', say('until'), (row) => row.expiresAt),
    actsColumn((row) => <Answers line={row} />),
  ];
  return (
    <List
      label={say('answers')}
      query={useOpenLines()}
      columns={columns}
      none={{ title: say('noAnswers'), hint: say('noAnswersHint') }}
      exportAs="bookings"
      urlKey="a_"
    />
  );
}

function Answers({ line }: { line: Line }) {
  const say = useBookingWords();
  const answer = useChange({
    run: (word: { accept: boolean; note?: string }, key) =>
      read(
        api.bookings[':id'].answer.$post(
          { param: { id: String(line.id) }, json: { version: line.version, ...word } },
          once(key),
        ),
      ),
    refresh: [BOOKINGS, ['notices']],
    say: say('answered'),
  });
  return (
    <span className="row" style={{ gap: 6, flexWrap: 'nowrap' }}>
      <Button
        size="small"
        type="primary"
        loading={answer.isPending}
        onClick={() => answer.mutate({ accept: true })}
      >
        {say('accept')}
      </Button>
      <AskedWhy
        label={say('decline')}
        ask={say('declineAsk')}
        maxLength={500}
        size="small"
        run={(note) => answer.mutateAsync({ accept: false, ...(note && { note }) })}
      />
    </span>
  );
}
