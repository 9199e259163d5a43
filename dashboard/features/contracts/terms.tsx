/** Who gets how much of a yuan, tier by tier, as bars of shares. */
import { money } from '../../lib/format.ts';
import { color, series } from '../../ui/theme.ts';
import { type Party, percentOf, type Version } from './data.ts';
import { useContractWords } from './words.ts';
import './contracts.css';

export function Terms({ version }: { version: Version }) {
  const say = useContractWords();
  const { tiers } = version;
  return (
    <div className="tiers">
      {tiers.map((tier, at) => (
        <div key={tier.fromMicroCny}>
          {tiers.length > 1 && (
            <p className="small faint">
              {say('tierOf', { from: money(tier.fromMicroCny) })}
              {tiers[at + 1] && say('tierTo', { to: money(tiers[at + 1]?.fromMicroCny ?? 0n) })}
            </p>
          )}
          <Shares version={version} parties={tier.parties} />
        </div>
      ))}
    </div>
  );
}

function Shares({ version, parties }: { version: Version; parties: readonly Party[] }) {
  const say = useContractWords();
  const nameOf = ({ outletId }: Party): string =>
    outletId === null ? say('platform') : (version.partyNames[String(outletId)] ?? `#${outletId}`);
  // A party keeps its colour through the tiers.
  const order = [
    ...new Set(version.tiers.flatMap((tier) => tier.parties.map((one) => one.outletId))),
  ].filter((id) => id !== null);
  const colorOf = ({ outletId }: Party) =>
    (outletId === null ? undefined : series[order.indexOf(outletId)]) ?? color.inkFaint;
  return (
    <>
      <div className="shares" aria-hidden="true">
        {parties.map((party) => (
          <span
            key={party.outletId}
            style={{ width: percentOf(party.sharePpm), background: colorOf(party) }}
          />
        ))}
      </div>
      <ul className="shares-key">
        {parties.map((party) => (
          <li key={party.outletId}>
            <span style={{ background: colorOf(party) }} />
            {nameOf(party)} <b className="number">{percentOf(party.sharePpm)}</b>
          </li>
        ))}
      </ul>
    </>
  );
}
