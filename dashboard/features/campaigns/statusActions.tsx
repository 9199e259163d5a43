/** Start, pause, end: shown for the state a thing is in; spending starts with one click and stops with one. */
import { Button } from 'antd';
import { api, once, read } from '../../lib/client.ts';
import { useStatusLabel } from '../../lib/labels.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { Mark, type Tone } from '../../ui/page.tsx';
import { CAMPAIGNS, LINE_ITEMS, type Status } from './data.ts';
import { useCampaignWords } from './words.ts';

interface Thing {
  id: number;
  version: number;
  status: Status;
}

const TONES: Record<Status, Tone> = {
  draft: 'quiet',
  active: 'good',
  paused: 'warn',
  ended: 'quiet',
  archived: 'quiet',
};

export function StatusMark({ status }: { status: Status }) {
  const label = useStatusLabel();
  return <Mark tone={TONES[status]}>{label(status)}</Mark>;
}

export function StatusActions(props: { kind: 'campaigns' | 'line-items'; thing: Thing }) {
  const say = useCampaignWords();
  const { thing, kind } = props;
  const change = useChange({
    run: (status: Status, key): Promise<unknown> => {
      const call = { param: { id: String(thing.id) }, json: { version: thing.version, status } };
      return kind === 'campaigns'
        ? read(api.campaigns[':id'].status.$post(call, once(key)))
        : read(api['line-items'][':id'].status.$post(call, once(key)));
    },
    refresh: [CAMPAIGNS, LINE_ITEMS],
    say: say('changed'),
  });
  const { status } = thing;
  const to = (next: Status, text: string, primary = false) => (
    <Button
      key={next}
      type={primary ? 'primary' : 'default'}
      loading={change.isPending && change.variables === next}
      onClick={() => change.mutate(next)}
    >
      {text}
    </Button>
  );
  return (
    <>
      {(status === 'active' || status === 'paused') && (
        <Asked label={say('end')} ask={say('endAsk')} run={() => change.mutateAsync('ended')} />
      )}
      {status === 'active' && to('paused', say('pause'))}
      {status === 'paused' && to('active', say('resume'), true)}
      {status === 'draft' && to('active', say('activate'), true)}
    </>
  );
}
