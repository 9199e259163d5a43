/** Line items that run today: what each spent of its day, against where the clock says it should be. */
import { Link } from '@tanstack/react-router';
import { msOfDay } from '../../../db/terms/day.ts';
import { useAdvertiserId } from '../../lib/acting.ts';
import { money, yuanForChart } from '../../lib/format.ts';
import { useLanguage } from '../../lib/words.ts';
import { Meter } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { useLineItems } from '../campaigns/data.ts';
import { useSpend } from '../reports/data.ts';
import { useOverviewWords } from './words.ts';
import './pacing.css';

const DAY_MS = 86_400_000;
const SHOWN = 7;

export function Pacing() {
  const say = useOverviewWords();
  const now = today();
  const advertiserId = useAdvertiserId();
  const lineItems = useLineItems({ status: 'active' });
  const spend = useSpend({ from: now, to: now, by: 'lineItem' }, 60_000);
  const language = useLanguage();
  const spentOf = (id: number): string => {
    const row = spend.data?.items.find((one) => one.dimensions.lineItem?.key === String(id));
    return row?.spendMicroCny ?? '0';
  };
  const expected = msOfDay(Date.now()) / DAY_MS;
  return (
    <Loaded query={lineItems}>
      {(all) => {
        const rows = all.filter((row) => row.advertiserId === advertiserId);
        return rows.length === 0 ? (
          <Empty title={say('noActive')} />
        ) : (
          <ul className="pacing" lang={language}>
            {rows.slice(0, SHOWN).map((row) => {
              const spent = spentOf(row.id);
              const share = yuanForChart(spent) / yuanForChart(row.dailyBudgetMicroCny);
              const values = { spent: money(spent), budget: money(row.dailyBudgetMicroCny) };
              return (
                <li key={row.id}>
                  <Link to={`/line-items/${row.id}`}>
                    {row.name} <span className="faint small">{row.campaignName}</span>
                  </Link>
                  <span className="number small faint">{say('of', values)}</span>
                  <Meter
                    share={share}
                    expected={expected}
                    label={`${row.name} ${say('of', values)}`}
                  />
                </li>
              );
            })}
          </ul>
        );
      }}
    </Loaded>
  );
}
