/** From its first day to its last, or until further notice. */
import { lastDayOf, type Version } from './data.ts';
import { useContractWords } from './words.ts';

export function Days({ version }: { version: Version }) {
  const say = useContractWords();
  return (
    <span className="number">
      {version.effectiveFrom} – {lastDayOf(version) ?? say('open')}
    </span>
  );
}
