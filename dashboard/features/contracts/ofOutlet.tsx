/** An outlet's contracts in short, on its own sheet; each leads to the contract itself. */
import { Link } from '@tanstack/react-router';
import { money } from '../../lib/format.ts';
import { Mark } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { lastDayOf, STANDING_TONES, standingOf, useContracts, type Version } from './data.ts';
import { Terms } from './terms.tsx';
import { useContractWords } from './words.ts';

interface Props {
  outletId: number;
  /** Whether this person may draft one for it. */
  drafts?: boolean;
}

export function OutletContracts({ outletId, drafts }: Props) {
  const say = useContractWords();
  const search = { contract: 'new', of: String(outletId) };
  return (
    <section className="stack" style={{ gap: 12 }}>
      <span className="row row-between">
        <strong>{say('title')}</strong>
        {drafts && (
          <Link to="/contracts" search={search as never}>
            {say('new')} →
          </Link>
        )}
      </span>
      <Loaded query={useContracts()}>
        {(all) => {
          const own = all.filter((row) => row.outletId === outletId && row.status !== 'discarded');
          return own.length === 0 ? (
            <p className="faint">{say('none')}</p>
          ) : (
            own.map((version) => <Card key={version.id} version={version} />)
          );
        }}
      </Loaded>
    </section>
  );
}

function Card({ version }: { version: Version }) {
  const say = useContractWords();
  const standing = standingOf(version);
  const least = BigInt(version.minimumMonthlyMicroCny);
  return (
    <article className="contract">
      <header className="row row-between">
        <Link to="/contracts" search={{ contract: String(version.id) } as never}>
          {version.name} · {say('version', { n: version.number })}
        </Link>
        <Mark tone={STANDING_TONES[standing]}>{say(standing)}</Mark>
      </header>
      <p className="faint small number">
        {version.effectiveFrom} – {lastDayOf(version) ?? say('open')}
        {version.place && ` · ${version.place.name}`}
        {least > 0n && ` · ${say('minimum')} ${money(least)}`}
      </p>
      <Terms version={version} />
    </article>
  );
}
