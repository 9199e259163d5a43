/** A buyer takes back the money of guaranteed impressions that were not shown, instead of a make-good. */
import { api, once, read } from '../../lib/client.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { useChangeWords } from './changeWords.ts';
import { BOOKINGS, type Line } from './data.ts';

export function ReleaseShort({ line }: { line: Pick<Line, 'id' | 'version'> }) {
  const say = useChangeWords();
  const release = useChange({
    run: (_: undefined, key) =>
      read(
        api.bookings[':id'].release.$post(
          { param: { id: String(line.id) }, json: { version: line.version } },
          once(key),
        ),
      ),
    refresh: [BOOKINGS, ['orders'], ['wallet']],
    say: say('released'),
  });
  return (
    <Asked
      label={say('release')}
      ask={say('releaseAsk')}
      size="small"
      loading={release.isPending}
      run={() => release.mutateAsync(undefined)}
    />
  );
}
