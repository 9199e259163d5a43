/** An outlet's desk for fixed days: the month at a glance, what waits for its word, what is to be proved, what is asked to change. */
import { Page } from '../../ui/page.tsx';
import { TabbedPanel } from '../../ui/tabbed.tsx';
import { AnswerTable } from './answerTable.tsx';
import { BookedTable } from './bookedTable.tsx';
import { ChangeTable } from './changeTable.tsx';
import { useFulfilment, useOpenChanges, useOpenLines } from './data.ts';
import { DayTable } from './dayTable.tsx';
import { Month } from './month.tsx';
import { useBookingWords } from './words.ts';

export function Calendar() {
  const say = useBookingWords();
  const open = useOpenLines().data?.length ?? 0;
  const due = useFulfilment('due').data?.length ?? 0;
  const missed = useFulfilment('missed').data?.length ?? 0;
  const changes = useOpenChanges().data?.length ?? 0;
  return (
    <Page title={say('title')} hint={say('hint')}>
      <TabbedPanel
        faces={[
          { key: 'month', label: say('month'), body: () => <Month /> },
          { key: 'answers', label: say('answers'), count: open, body: () => <AnswerTable /> },
          { key: 'booked', label: say('booked'), body: () => <BookedTable /> },
          {
            key: 'proofs',
            label: say('proofs'),
            count: due,
            body: () => <DayTable status="due" side="outlet" />,
          },
          {
            key: 'missed',
            label: say('missed'),
            count: missed,
            body: () => <DayTable status="missed" side="outlet" />,
          },
          {
            key: 'changes',
            label: say('changes'),
            count: changes,
            body: () => <ChangeTable side="seller" />,
          },
        ]}
      />
    </Page>
  );
}
