/** Reserved lines that wait for the outlet's word: accept, or decline and say why. */
import { Button, Input, Popconfirm } from 'antd';
import { useState } from 'react';
import { api, once, read } from '../../lib/client.ts';
import { instant } from '../../lib/format.ts';
import { useChange } from '../../lib/queries.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Money } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { BOOKINGS, type Line, useOpenLines } from './data.ts';
import { useBookingWords } from './words.ts';

export function AnswerTable() {
  const say = useBookingWords();
  const lines = useOpenLines();
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
    {
      key: 'days',
      title: say('days'),
      width: '200px',
      value: (row) => row.startsOn,
      render: (row) => <span className="number">{`${row.startsOn} – ${row.endsOn.slice(5)}`}</span>,
    },
    {
      key: 'slots',
      title: say('slotsHead'),
      align: 'right',
      width: '80px',
      value: (row) => row.slots,
    },
    {
      key: 'price',
      title: say('price'),
      align: 'right',
      value: (row) => BigInt(row.priceMicroCny),
      render: (row) => <Money microCny={row.priceMicroCny} />,
    },
    {
      key: 'until',
      title: say('until'),
      width: '150px',
      value: (row) => row.expiresAt,
      render: (row) =>
        row.expiresAt ? <span className="number">{instant(row.expiresAt)}</span> : '—',
    },
    {
      key: 'answer',
      title: '',
      width: '170px',
      value: () => '',
      render: (row) => <Answers line={row} />,
    },
  ];
  return (
    <DataTable
      rows={lines.data}
      error={lines.error}
      retry={() => void lines.refetch()}
      columns={columns}
      rowKey={(row) => row.id}
      label={say('answers')}
      urlKey="a_"
      search
      exportAs="bookings"
      empty={<Empty title={say('noAnswers')} hint={say('noAnswersHint')} />}
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
