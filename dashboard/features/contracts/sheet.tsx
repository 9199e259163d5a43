/** One version of a contract whole: its terms, who drafted and who activated it, what it would have paid, and its next step. */
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { once, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { instant, money } from '../../lib/format.ts';
import { deskOf, useMe } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { Facts, Mark } from '../../ui/page.tsx';
import { CONTRACTS, contracts, STANDING_TONES, standingOf, type Version } from './data.ts';
import { Days } from './days.tsx';
import { Replays } from './replay.tsx';
import { Terms } from './terms.tsx';
import { useContractWords } from './words.ts';

const one = contracts[':id'];
const REFRESH = [CONTRACTS, ['notices']];

export function ContractSheet({ version, all }: { version: Version; all: readonly Version[] }) {
  const say = useContractWords();
  const platform = useMe().kind === 'platform';
  const standing = standingOf(version);
  return (
    <div className="stack">
      <span className="row row-between">
        <Mark tone={STANDING_TONES[standing]}>{say(standing)}</Mark>
        {platform && version.outletStatus !== 'pending' && <Steps version={version} />}
      </span>
      {platform && version.status === 'draft' && <WhoActivates version={version} />}
      <TermFacts version={version} />
      <section className="stack" style={{ gap: 8 }}>
        <strong>{say('shares')}</strong>
        <Terms version={version} />
      </section>
      {platform && version.status === 'draft' && <Replays version={version} />}
      <Siblings version={version} all={all} />
    </div>
  );
}

function TermFacts({ version }: { version: Version }) {
  const say = useContractWords();
  const platform = useMe().kind === 'platform';
  const { minimumMonthlyMicroCny: least, place } = version;
  const people: [ReactNode, ReactNode][] = [
    [
      say('drafted'),
      `${version.draftedByName ?? version.draftedBy ?? say('house')} · ${instant(version.createdAt)}`,
    ],
  ];
  if (version.activatedAt !== null) {
    const who = version.activatedByName ?? say('house');
    people.push([say('activated'), `${who} · ${instant(version.activatedAt)}`]);
  }
  return (
    <Facts
      items={[
        [say('outlet'), version.outletName],
        [say('place'), place ? `${say(place.kind)} · ${place.name}` : say('wholeOutlet')],
        [say('kind'), say(version.kind)],
        [say('days'), <Days key="days" version={version} />],
        [say('minimum'), BigInt(least) > 0n ? money(least) : say('noMinimum')],
        ...(platform ? people : []),
      ]}
    />
  );
}

/** Whose the next step is, where it is not this person's. */
function WhoActivates({ version }: { version: Version }) {
  const say = useContractWords();
  const me = useMe();
  if (version.outletStatus === 'pending') {
    return (
      <p className="faint">
        {say('comingIn')}{' '}
        <Link to="/outlets" search={{ outlet: String(version.outletId) } as never}>
          {say('toOutlet')} →
        </Link>
      </p>
    );
  }
  if (version.draftedBy === me.userId) return <Mark tone="warn">{say('own')}</Mark>;
  return deskOf(me) === 'finance' ? null : <p className="faint">{say('financeActivates')}</p>;
}

function Steps({ version }: { version: Version }) {
  const say = useContractWords();
  const me = useMe();
  const { set } = useFilters();
  const param = { id: String(version.id) };
  const activate = useChange({
    run: (_: undefined, key: string) => read(one.activate.$post({ param }, once(key))),
    refresh: REFRESH,
    say: say('activatedNow'),
  });
  const discard = useChange({
    run: (_: undefined, key: string) => read(one.discard.$post({ param }, once(key))),
    refresh: REFRESH,
    say: say('discardedNow'),
  });
  const next = (
    <Button onClick={() => set({ edit: 'next' })}>
      {say(version.status === 'draft' ? 'redraft' : 'next')}
    </Button>
  );
  if (version.status !== 'draft') return next;
  return (
    <span className="row">
      <Asked
        label={say('discard')}
        ask={say('discardAsk')}
        danger
        loading={discard.isPending}
        run={() => discard.mutateAsync(undefined)}
      />
      {next}
      {deskOf(me) === 'finance' && (
        <Asked
          type="primary"
          label={say('activate')}
          ask={say('activateAsk', { day: version.effectiveFrom })}
          hint={say('activateHint')}
          disabled={version.draftedBy === me.userId}
          loading={activate.isPending}
          run={() => activate.mutateAsync(undefined)}
        />
      )}
    </span>
  );
}

/** The other versions of the same contract. */
function Siblings({ version, all }: { version: Version; all: readonly Version[] }) {
  const say = useContractWords();
  const others = all.filter(
    (row) => row.contractId === version.contractId && row.id !== version.id,
  );
  if (others.length === 0) return null;
  return (
    <section className="stack" style={{ gap: 8 }}>
      <strong>{say('versions')}</strong>
      <ul className="stack" style={{ gap: 8 }}>
        {others.map((row) => (
          <li key={row.id} className="row row-between">
            <Link to="/contracts" search={{ contract: String(row.id) } as never}>
              {say('version', { n: row.number })} · <Days version={row} />
            </Link>
            <Mark tone={STANDING_TONES[standingOf(row)]}>{say(standingOf(row))}</Mark>
          </li>
        ))}
      </ul>
    </section>
  );
}
