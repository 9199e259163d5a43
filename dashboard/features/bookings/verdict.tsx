/** Accepting a day's proof, which charges it, or sending it back with the reason. */
import { api, once, read } from '../../lib/client.ts';
import { money } from '../../lib/format.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { AskedWhy } from '../../ui/askedWhy.tsx';
import { BOOKINGS, type BookedDay } from './data.ts';
import { useBookingWords } from './words.ts';

export function Verdict({ day }: { day: BookedDay }) {
  const say = useBookingWords();
  const judge = useChange({
    run: (word: { accept: true } | { accept: false; reason: string }, key) =>
      read(
        api.bookings[':id'].verdict.$post(
          {
            param: { id: String(day.lineId) },
            json: { day: day.day, version: day.version, ...word },
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
        run={() => judge.mutateAsync({ accept: true })}
      />
      <AskedWhy
        must
        label={say('back')}
        ask={say('backAsk')}
        size="small"
        run={(reason = '') => judge.mutateAsync({ accept: false, reason })}
      />
    </span>
  );
}
