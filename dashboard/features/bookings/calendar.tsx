/** An outlet's desk for fixed days: the month at a glance, what waits for its word, what is to be proved, what is asked to change. */
import { Tabs } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { Page, Panel } from '../../ui/page.tsx';
import { AnswerTable } from './answerTable.tsx';
import { ChangeTable } from './changeTable.tsx';
import { useFulfilment, useOpenChanges, useOpenLines } from './data.ts';
import { DayTable } from './dayTable.tsx';
import { Month } from './month.tsx';
import { useBookingWords } from './words.ts';

const TABS = ['month', 'answers', 'proofs', 'missed', 'changes'] as const;
type Tab = (typeof TABS)[number];

export function Calendar() {
  const say = useBookingWords();
  const { filters, set } = useFilters();
  const open = useOpenLines().data?.length ?? 0;
  const due = useFulfilment('due').data?.length ?? 0;
  const missed = useFulfilment('missed').data?.length ?? 0;
  const changes = useOpenChanges().data?.items.length ?? 0;
  const counts: Record<Tab, number> = { month: 0, answers: open, proofs: due, missed, changes };
  const tab = TABS.find((one) => one === filters.tab) ?? 'month';
  return (
    <Page title={say('title')} hint={say('hint')}>
      <Panel flush>
        <Tabs
          style={{ padding: '0 18px' }}
          activeKey={tab}
          onChange={(key) => set({ tab: key === 'month' ? undefined : key })}
          items={TABS.map((key) => ({
            key,
            label: counts[key] > 0 ? `${say(key)} ${counts[key]}` : say(key),
          }))}
        />
        {tab === 'month' && <Month />}
        {tab === 'answers' && <AnswerTable />}
        {tab === 'proofs' && <DayTable status="due" side="outlet" />}
        {tab === 'missed' && <DayTable status="missed" side="outlet" />}
        {tab === 'changes' && <ChangeTable side="seller" />}
      </Panel>
    </Page>
  );
}
