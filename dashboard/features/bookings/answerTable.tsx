/** Reserved lines that wait for the outlet's word: accept, or decline and say why. */
import { Button, Input, Popconfirm } from 'antd';
import { useState } from 'react';
import { api, once, read } from '../../lib/client.ts';
import { useChange } from '../../lib/queries.ts';
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
  const [note, setNote] = useState('');
  const answer = useChange({
    run: (accept: boolean, key) =>
      read(
        api.bookings[':id'].answer.$post(
          {
            param: { id: String(line.id) },
            json: { version: line.version, accept, ...(note.trim() ? { note: note.trim() } : {}) },
          },
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
        onClick={() => answer.mutate(true)}
      >
        {say('accept')}
      </Button>
      <Popconfirm
        title={say('declineAsk')}
        description={
          <Input
            value={note}
            maxLength={500}
            placeholder={say('why')}
            aria-label={say('why')}
            onChange={(event) => setNote(event.target.value)}
          />
        }
        okText={say('decline')}
        cancelText={say('cancel')}
        onConfirm={() => answer.mutateAsync(false)}
      >
        <Button size="small">{say('decline')}</Button>
      </Popconfirm>
    </span>
  );
}
