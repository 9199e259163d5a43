/** The lines of a plan: what, how it is bought, what it is expected to bring, what it costs. */
import { count, fenMoney } from '../../lib/format.ts';
import { useTierLabel } from '../../lib/labels.ts';
import { said, useLanguage } from '../../lib/words.ts';
import type { Column } from '../../ui/column.ts';
import { DataTable } from '../../ui/dataTable.tsx';
import { Money } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import type { Plan, PlanLine } from './data.ts';
import { usePlanWords } from './words.ts';

export function useLineName(): (line: PlanLine) => string {
  const say = usePlanWords();
  const tier = useTierLabel();
  return (line) =>
    line.kind === 'auction'
      ? say('auctionOf', { tier: tier(line.tier) })
      : `${line.outletName} · ${line.placementName}`;
}

export function LineTable({ plan, open }: { plan: Plan; open?: (key: string) => void }) {
  const say = usePlanWords();
  return (
    <DataTable
      rows={plan.lines}
      columns={useColumns()}
      rowKey={(row) => row.key}
      label={say('lines')}
      {...(open ? { onOpen: (row: PlanLine) => open(row.key) } : {})}
      exportAs={`plan-${plan.id}`}
      empty={<Empty title={say('nothing')} hint={say('nothingHint')} />}
    />
  );
}

function useColumns(): Column<PlanLine>[] {
  const say = usePlanWords();
  const language = useLanguage();
  const tier = useTierLabel();
  const nameOf = useLineName();
  const buyOf = (line: PlanLine) => {
    if (line.kind === 'auction') {
      return say('bid', { pricing: line.pricing, bid: fenMoney(line.bidFen) });
    }
    return line.impressions === null
      ? say('slots', { n: line.slots })
      : say('guaranteed', { n: count(line.impressions) });
  };
  return [
    {
      key: 'line',
      title: say('line'),
      lead: true,
      width: '1.8fr',
      value: nameOf,
      render: (row) => <span title={said(row.why, language)}>{nameOf(row)}</span>,
    },
    { key: 'tier', title: say('tier'), width: '90px', value: (row) => tier(row.tier) },
    { key: 'buy', title: say('buy'), width: '1.1fr', value: buyOf },
    {
      key: 'dates',
      title: say('dates'),
      width: '180px',
      value: (row) => row.startsOn,
      render: (row) => <span className="number">{`${row.startsOn} – ${row.endsOn.slice(5)}`}</span>,
    },
    {
      key: 'forecast',
      title: say('forecast'),
      align: 'right',
      width: '1.3fr',
      value: (row) => row.expected?.impressions.expected ?? null,
      render: ({ expected }) => {
        if (expected === null) return <span className="faint">{say('noFigure')}</span>;
        const { low, high } = expected.impressions;
        const interval = say('between', { low: count(low), high: count(high) });
        return (
          <span className="number" title={interval}>
            {low === high ? count(low) : interval}
          </span>
        );
      },
    },
    {
      key: 'clicks',
      title: say('forecastClicks'),
      align: 'right',
      value: (row) => row.expected?.clicks ?? null,
      render: ({ expected }) => (expected?.clicks ? count(expected.clicks) : '—'),
      hideOnPhone: true,
    },
    {
      key: 'price',
      title: say('price'),
      align: 'right',
      width: '120px',
      value: (row) => BigInt(row.priceMicroCny),
      render: (row) => <Money microCny={row.priceMicroCny} />,
    },
  ];
}
