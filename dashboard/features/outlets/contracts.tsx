/** Contracts of an outlet: each version's days and who gets how much of a yuan, as a bar of shares. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import { useOutlets } from '../../lib/parties.ts';
import { Mark } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { color, series } from '../../ui/theme.ts';
import { useOutletWords } from './words.ts';
import './contracts.css';

type Version = Answer<Awaited<ReturnType<typeof api.contracts.$get>>>['items'][number];
type Party = Version['parties'][number];

export function Contracts({ outletId }: { outletId: number }) {
  const say = useOutletWords();
  const contracts = useQuery({
    queryKey: ['contracts'],
    queryFn: () =>
      everyPage((cursor) => read(api.contracts.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });
  return (
    <section className="stack" style={{ gap: 12 }}>
      <strong>{say('contracts')}</strong>
      <Loaded query={contracts}>
        {(all) => {
          const own = all.filter((version) => version.outletId === outletId);
          return own.length === 0 ? (
            <p className="faint">{say('noContracts')}</p>
          ) : (
            own.map((version) => <ContractCard key={version.id} version={version} />)
          );
        }}
      </Loaded>
    </section>
  );
}

function ContractCard({ version }: { version: Version }) {
  const say = useOutletWords();
  return (
    <article className="contract">
      <header className="row row-between">
        <span>
          {version.name} <span className="faint">v{version.number}</span>
        </span>
        <Mark tone={version.status === 'active' ? 'good' : 'quiet'}>
          {say(version.status === 'active' ? 'inForce' : 'draft')}
        </Mark>
      </header>
      <p className="faint small number">
        {version.effectiveFrom} – {version.effectiveTo ?? say('open')}
      </p>
      <Shares parties={version.parties} />
    </article>
  );
}

function Shares({ parties }: { parties: readonly Party[] }) {
  const say = useOutletWords();
  const outlets = useOutlets();
  const nameOf = (party: Party) =>
    party.outletId === null
      ? say('platform')
      : (outlets.data?.find((row) => row.id === party.outletId)?.name ?? `#${party.outletId}`);
  const colorOf = (party: Party, at: number) =>
    party.outletId === null ? color.inkFaint : (series[at] ?? color.inkFaint);
  return (
    <>
      <div className="shares" aria-hidden="true">
        {parties.map((party, at) => (
          <span
            key={party.outletId}
            style={{ width: `${party.sharePpm / 10_000}%`, background: colorOf(party, at) }}
          />
        ))}
      </div>
      <ul className="shares-key">
        {parties.map((party, at) => (
          <li key={party.outletId}>
            <span style={{ background: colorOf(party, at) }} />
            {nameOf(party)} <b className="number">{party.sharePpm / 10_000}%</b>
          </li>
        ))}
      </ul>
    </>
  );
}
