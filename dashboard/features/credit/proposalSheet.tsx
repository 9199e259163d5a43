/** One proposal whole: what it changes, what stands now, who proposed and who decided it, and its next step. */
import { once, read } from '../../lib/client.ts';
import { instant, money } from '../../lib/format.ts';
import { useMe } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { AskedWhy } from '../../ui/askedWhy.tsx';
import { Facts, Mark, Money } from '../../ui/page.tsx';
import {
  CREDIT,
  PROPOSAL_TONES,
  type Proposal,
  proposals,
  type Standing,
  subjectOf,
  useStanding,
} from './data.ts';
import { useCreditWords } from './words.ts';

const one = proposals[':id'];

export function ProposalSheet({ row }: { row: Proposal }) {
  const say = useCreditWords();
  const me = useMe();
  const now = useStanding()(subjectOf(row));
  const isOpen = row.status === 'open';
  const isStale = isOpen && now !== undefined && now.limitMicroCny !== row.beforeMicroCny;
  return (
    <div className="stack">
      <span className="row row-between">
        <Mark tone={PROPOSAL_TONES[row.status]}>{say(row.status)}</Mark>
        {isOpen && <Steps row={row} isStale={isStale} />}
      </span>
      {isOpen && row.proposedBy === me.userId && <p className="faint">{say('own')}</p>}
      {isStale && (
        <Mark tone="bad">{say('stale', { limit: money(now?.limitMicroCny ?? '0') })}</Mark>
      )}
      <Terms row={row} now={isOpen ? now : undefined} />
    </div>
  );
}

function Terms({ row, now }: { row: Proposal; now: Standing | undefined }) {
  const say = useCreditWords();
  const ofLine = row.organizationId !== null;
  const who = (name: string | null, id: string, at: string) => `${name ?? id} · ${instant(at)}`;
  return (
    <Facts
      items={[
        [say('before'), <Money key="before" microCny={row.beforeMicroCny} />],
        [say('after'), <Money key="after" microCny={row.limitMicroCny} strong />],
        ...(now
          ? [
              [
                say(ofLine ? 'spread' : 'drawn'),
                <Money key="bound" microCny={now.boundMicroCny} />,
              ] as const,
            ]
          : []),
        ...(now?.agency ? [[say('grantedBy'), now.agency] as const] : []),
        [say('reason'), row.reason],
        [say('proposedBy'), who(row.proposedByName, row.proposedBy, row.proposedAt)],
        ...(row.decidedBy && row.decidedAt
          ? [[say('decidedBy'), who(row.decidedByName, row.decidedBy, row.decidedAt)] as const]
          : []),
        ...(row.decisionNote ? [[say('note'), row.decisionNote] as const] : []),
      ]}
    />
  );
}

function Steps({ row, isStale }: { row: Proposal; isStale: boolean }) {
  const say = useCreditWords();
  const me = useMe();
  const param = { id: String(row.id) };
  const refresh = [CREDIT, ['notices'], ['wallet']];
  const confirm = useChange({
    run: (_: undefined, key: string) => read(one.confirm.$post({ param }, once(key))),
    refresh,
    say: say('confirmedNow'),
  });
  const decline = useChange({
    run: (note: string, key: string) =>
      read(one.decline.$post({ param, json: { note } }, once(key))),
    refresh,
    say: say('declinedNow'),
  });
  const withdraw = useChange({
    run: (_: undefined, key: string) => read(one.withdraw.$post({ param }, once(key))),
    refresh,
    say: say('withdrawnNow'),
  });
  if (row.proposedBy === me.userId) {
    return (
      <Asked
        label={say('withdraw')}
        ask={say('withdrawAsk')}
        run={() => withdraw.mutateAsync(undefined)}
      />
    );
  }
  return (
    <span className="row">
      <AskedWhy
        danger
        must
        label={say('decline')}
        ask={say('declineAsk')}
        run={(why) => decline.mutateAsync(why ?? '')}
      />
      <Asked
        type="primary"
        label={say('confirm')}
        ask={say('confirmAsk')}
        hint={say(row.organizationId === null ? 'confirmWalletHint' : 'confirmLineHint')}
        disabled={isStale}
        run={() => confirm.mutateAsync(undefined)}
      />
    </span>
  );
}
