/** Published prices: the current ones, those to come and, on request, the past. */
import { Button, Switch } from 'antd';
import { useMemo, useState } from 'react';
import { useFilters } from '../../lib/filters.ts';
import type { Column } from '../../ui/column.ts';
import { fenColumn } from '../../ui/columns.tsx';
import { DataTable } from '../../ui/dataTable.tsx';
import { Mark, Page, Panel } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Rate, useRates } from './data.ts';
import { RateForm } from './rateForm.tsx';
import { useRateUnit, useRateWords } from './words.ts';

type State = 'current' | 'future' | 'past';
type Priced = Rate & { state: State };

/** Of each placement and unit, the latest row that has begun is the current one. */
function withStates(rates: readonly Rate[], now: string): Priced[] {
  const current = new Map<string, string>();
  for (const rate of rates) {
    const key = `${rate.placementId} ${rate.unit}`;
    const known = current.get(key) ?? '';
    if (rate.effectiveFrom <= now && rate.effectiveFrom > known)
      current.set(key, rate.effectiveFrom);
  }
  return rates.map((rate) => {
    const begun = current.get(`${rate.placementId} ${rate.unit}`);
    const state =
      rate.effectiveFrom > now ? 'future' : rate.effectiveFrom === begun ? 'current' : 'past';
    return { ...rate, state };
  });
}

export function RateCard() {
  const say = useRateWords();
  const { filters, set } = useFilters();
  const [publishing, setPublishing] = useState(false);
  const rates = useRates();
  const rows = useMemo(
    () =>
      rates.data &&
      withStates(rates.data, today()).filter((r) => filters.all === '1' || r.state !== 'past'),
    [rates.data, filters.all],
  );
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        <Button type="primary" onClick={() => setPublishing(true)}>
          {say('publish')}
        </Button>
      }
    >
      <Panel flush>
        <RateTable
          rows={rows}
          error={rates.error}
          retry={() => void rates.refetch()}
          filters={
            <span className="row" style={{ gap: 6 }}>
              <Switch
                size="small"
                checked={filters.all === '1'}
                aria-label={say('all')}
                onChange={(on) => set({ all: on ? '1' : undefined })}
              />
              {say('all')}
            </span>
          }
        />
      </Panel>
      <RateForm open={publishing} close={() => setPublishing(false)} />
    </Page>
  );
}

function RateTable(props: {
  rows: Priced[] | undefined;
  error: unknown;
  retry: () => void;
  filters: React.ReactNode;
}) {
  const say = useRateWords();
  const unit = useRateUnit();
  const columns: Column<Priced>[] = [
    {
      key: 'placement',
      title: say('placement'),
      lead: true,
      width: '2fr',
      value: (row) => row.placementName,
    },
    { key: 'unit', title: say('unit'), value: (row) => unit(row.unit) },
    fenColumn('price', say('price'), (row) => row.priceFen),
    { key: 'from', title: say('from'), align: 'right', value: (row) => row.effectiveFrom },
    {
      key: 'state',
      title: say('state'),
      value: (row) => say(row.state),
      render: (row) => (
        <Mark tone={row.state === 'current' ? 'good' : row.state === 'future' ? 'busy' : 'quiet'}>
          {say(row.state)}
        </Mark>
      ),
    },
  ];
  return (
    <DataTable
      {...props}
      label={say('label')}
      columns={columns}
      rowKey={(row) => row.id}
      initialSort="placement"
      search
      exportAs="rate-card"
      empty={<Empty title={say('none')} hint={say('noneHint')} />}
    />
  );
}
