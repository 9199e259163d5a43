/** One media plan: what it costs and brings, line by line, why it is so, and the step to one order and one campaign. */
import { Link, useParams } from '@tanstack/react-router';
import { api, once, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { count, money, percent, yuanForChart } from '../../lib/format.ts';
import { useChange } from '../../lib/queries.ts';
import { said, useLanguage } from '../../lib/words.ts';
import { Asked } from '../../ui/asked.tsx';
import { Figure, Figures, Mark, Money, Page, Panel } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { PLAN_TONES, PLANS, type Plan, usePlan } from './data.ts';
import { LineForm } from './lineForm.tsx';
import { LineTable, useLineName } from './lineTable.tsx';
import { usePlanWords } from './words.ts';

const one = api.plans[':id'];

export function PlanScreen() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const plan = usePlan(id);
  return (
    <Loaded query={plan} lines={8}>
      {(data) => <Body plan={data} reload={plan.refetch} />}
    </Loaded>
  );
}

function Body({ plan, reload }: { plan: Plan; reload: () => Promise<unknown> }) {
  const say = usePlanWords();
  const { filters, set } = useFilters();
  const { brief, totals } = plan;
  const line = plan.lines.find((row) => row.key === filters.line);
  const isDraft = plan.status === 'draft';
  const { low, expected, high } = totals.impressions;
  const share = percent(yuanForChart(totals.priceMicroCny), yuanForChart(brief.budgetMicroCny), 0);
  return (
    <Page
      title={plan.name}
      back={{ to: '/plans', label: say('back') }}
      hint={
        <>
          <Mark tone={PLAN_TONES[plan.status]}>{say(plan.status)}</Mark> {say(brief.goal)}{' '}
          <span className="number">{`${brief.startsOn} – ${brief.endsOn}`}</span>
        </>
      }
      actions={isDraft ? <Steps plan={plan} /> : <Outcome plan={plan} />}
    >
      <Figures>
        <Figure
          label={say('total')}
          value={<Money microCny={totals.priceMicroCny} />}
          note={say('ofBudget', { budget: money(brief.budgetMicroCny), share })}
        />
        <Figure
          label={say('forecast')}
          value={count(expected)}
          note={say('between', { low: count(low), high: count(high) })}
        />
        <Figure
          label={say('forecastClicks')}
          value={count(totals.clicks)}
          note={percent(totals.clicks, expected)}
        />
        <Figure
          label={say('reachAtLeast')}
          value={count(totals.reachAtLeast)}
          note={say('reachNote')}
        />
      </Figures>
      <Panel flush title={say('lines')} hint={isDraft ? say('linesHint') : undefined}>
        <LineTable
          plan={plan}
          {...(isDraft ? { open: (key: string) => set({ line: key }) } : {})}
        />
      </Panel>
      <Reasons plan={plan} />
      {isDraft && (
        <LineForm plan={plan} line={line} close={() => set({ line: undefined })} reload={reload} />
      )}
    </Page>
  );
}

function Reasons({ plan }: { plan: Plan }) {
  const say = usePlanWords();
  const language = useLanguage();
  const nameOf = useLineName();
  return (
    <Panel title={say('why')}>
      <ul className="stack" style={{ gap: 10 }}>
        {plan.reasons.map((reason) => (
          <li key={reason.en}>{said(reason, language)}</li>
        ))}
        {plan.lines.map((line) => (
          <li key={line.key}>
            <strong>{nameOf(line)}</strong>
            <p className="faint">{said(line.why, language)}</p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Steps({ plan }: { plan: Plan }) {
  const say = usePlanWords();
  const call = { param: { id: String(plan.id) }, json: { version: plan.version } };
  const convert = useChange({
    run: (_: undefined, key) => read(one.conversion.$post(call, once(key))),
    refresh: [PLANS, ['orders'], ['campaigns'], ['line-items']],
    say: say('convertedNow'),
  });
  const discard = useChange({
    run: (_: undefined, key) => read(one.discard.$post(call, once(key))),
    refresh: [PLANS],
    say: say('discardedNow'),
  });
  return (
    <>
      <Asked
        label={say('discard')}
        ask={say('discardAsk')}
        loading={discard.isPending}
        run={() => discard.mutateAsync(undefined)}
      />
      <Asked
        label={say('convert')}
        hint={say('convertAsk')}
        type="primary"
        loading={convert.isPending}
        disabled={plan.lines.length === 0}
        run={() => convert.mutateAsync(undefined)}
      />
    </>
  );
}

/** What it became. */
function Outcome({ plan }: { plan: Plan }) {
  const say = usePlanWords();
  return (
    <>
      {plan.orderId !== null && (
        <Link to="/orders" search={{ order: String(plan.orderId) } as never}>
          {say('toOrder')}
        </Link>
      )}
      {plan.campaignId !== null && (
        <Link to={`/campaigns/${plan.campaignId}`}>{say('toCampaign')}</Link>
      )}
    </>
  );
}
