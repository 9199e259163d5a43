/** Accepting a day's proof, which charges it, or sending it back with the reason. */
import { Button, Input, Popconfirm } from 'antd';
import { useState } from 'react';
import { api, once, read } from '../../lib/client.ts';
import { money } from '../../lib/format.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { BOOKINGS, type BookedDay } from './data.ts';
import { useBookingWords } from './words.ts';

export function Verdict({ day }: { day: BookedDay }) {
  const say = useBookingWords();
  const [reason, setReason] = useState('');
  const judge = useChange({
    run: (accept: boolean, key) =>
      read(
        api.bookings[':id'].verdict.$post(
          {
            param: { id: String(day.lineId) },
            json: {
              day: day.day,
              version: day.version,
              accept,
              ...(accept ? {} : { reason: reason.trim() }),
            },
          },
          once(key),
        ),
      ),
    refresh: [BOOKINGS],
    say: say('judged'),
  });
  return (
    <span className="row" style={{ gap: 6, flexWrap: 'nowrap' }}>
      <Asked
        label={say('accept')}
        ask={say('acceptAsk', { amount: money(day.priceMicroCny) })}
        size="small"
        type="primary"
        run={() => judge.mutateAsync(true)}
      />
      <Popconfirm
        title={say('backAsk')}
        description={
          <Input
            value={reason}
            maxLength={300}
            placeholder={say('why')}
            aria-label={say('why')}
            onChange={(event) => setReason(event.target.value)}
          />
        }
        okText={say('back')}
        okButtonProps={{ disabled: reason.trim().length < 2 }}
        cancelText={say('cancel')}
        onConfirm={() => judge.mutateAsync(false)}
      >
        <Button size="small">{say('back')}</Button>
      </Popconfirm>
    </span>
  );
}
