/** Closing a month: what must hold, what does not yet, and the two people it takes. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, DatePicker } from 'antd';
import dayjs from 'dayjs';
import { addDays, monthOf } from '../../../db/terms/day.ts';
import { type Answer, api, once, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { monthName } from '../../lib/format.ts';
import { useMe } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import { said, useLanguage } from '../../lib/words.ts';
import { Asked } from '../../ui/asked.tsx';
import { Mark, Page, Panel } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';
import { Loaded } from '../../ui/states.tsx';
import { CloseForEver } from './closeForEver.tsx';
import { PERIODS, usePeriods } from './data.ts';
import { Months } from './months.tsx';
import { useCloseWords } from './words.ts';

const one = api.ledger.periods[':month'];
type Gate = Answer<Awaited<ReturnType<typeof one.gate.$get>>>;

export function Close() {
  const say = useCloseWords();
  const { filters, set } = useFilters();
  const month = filters.month ?? monthOf(addDays(`${monthOf(today())}-01`, -1));
  const gate = useQuery({
    queryKey: [...PERIODS, month, 'gate'],
    queryFn: () => read(one.gate.$get({ param: { month } })),
  });
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        <>
          <DatePicker
            picker="month"
            allowClear={false}
            aria-label={say('month')}
            value={dayjs(`${month}-01`)}
            maxDate={dayjs(today())}
            onChange={(at) => set({ month: at?.format('YYYY-MM') })}
          />
          <Steps month={month} />
        </>
      }
    >
      <Loaded query={gate} lines={8}>
        {(list) => <Checklist month={month} gate={list} />}
      </Loaded>
      <Months />
    </Page>
  );
}

/** Where each point of the gate is mended. */
const MENDED: Record<string, string> = {
  order: '/close',
  whole: '/ledger',
  balanced: '/ledger',
  statements: '/statements',
  payouts: '/payouts',
  refunds: '/top-ups',
  bills: '/reconciliation',
  cash: '/reconciliation',
  cases: '/reconciliation',
};
const SEARCH: Record<string, (month: string) => Record<string, string>> = {
  order: (month) => ({ month: monthOf(addDays(`${month}-01`, -1)) }),
  statements: (month) => ({ month }),
  payouts: () => ({ status: 'unknown' }),
  cases: () => ({ tab: 'cases' }),
};

function Checklist({ month, gate }: { month: string; gate: Gate }) {
  const say = useCloseWords();
  const language = useLanguage();
  const done = gate.items.filter((item) => item.ok).length;
  return (
    <Panel
      title={say('gate', { month: monthName(month, language) })}
      hint={say('progress', { done, all: gate.items.length })}
    >
      <ul className="stack" style={{ gap: 12 }}>
        {gate.items.map((item) => (
          <li key={item.name} className="row row-between row-kept">
            <span>
              {said(item, language)}{' '}
              {!item.ok && MENDED[item.name] && (
                <Link
                  to={MENDED[item.name]}
                  style={{ textDecoration: 'underline' }}
                  search={(SEARCH[item.name]?.(month) ?? {}) as never}
                >
                  {say('go')} →
                </Link>
              )}
            </span>
            <Mark tone={item.ok ? 'good' : 'bad'}>
              {item.ok ? say('passed') : say('missing', { n: item.count })}
            </Mark>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Steps({ month }: { month: string }) {
  const say = useCloseWords();
  const me = useMe();
  const periods = usePeriods();
  const period = periods.data?.items.find((row) => row.month === month);
  const param = { month };
  const change = (run: (key: string) => Promise<unknown>) => ({
    run: (_: undefined, key: string) => run(key),
    refresh: [PERIODS],
    say: say('done'),
  });
  const begin = useChange(change((key) => read(one['begin-close'].$post({ param }, once(key)))));
  const reopen = useChange(change((key) => read(one['cancel-close'].$post({ param }, once(key)))));
  if (period?.status === 'closed') return <Mark tone="good">{say('closed')}</Mark>;
  if (period?.status !== 'closing') {
    return (
      <Asked
        type="primary"
        label={say('begin')}
        hint={say('beginAsk')}
        run={() => begin.mutateAsync(undefined)}
      />
    );
  }
  return (
    <>
      <Button loading={reopen.isPending} onClick={() => reopen.mutate(undefined)}>
        {say('cancelClose')}
      </Button>
      {period.closingBy === me.userId ? (
        <Mark tone="warn">{say('own')}</Mark>
      ) : (
        <CloseForEver month={month} />
      )}
    </>
  );
}
