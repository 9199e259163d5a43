/** What readers say of ads, for the review desk and for the advertiser it is said of: the queue and the standing. */

import { count } from '../../lib/format.ts';
import { deskOf, useMe } from '../../lib/me.ts';
import { optionsOf } from '../../ui/choice.ts';
import type { Column } from '../../ui/column.ts';
import { instantColumn, markColumn } from '../../ui/columns.tsx';
import { List } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { TabbedPanel } from '../../ui/tabbed.tsx';
import { CaseSheet } from './caseSheet.tsx';
import { CASE_STATUSES, CASE_TONES, type FeedbackCase, useFeedbackCases } from './data.ts';
import { OutletCaseSheet } from './outletSheet.tsx';
import { StandingTable } from './standing.tsx';
import { useFeedbackReason, useFeedbackWords } from './words.ts';

export function Feedback() {
  const say = useFeedbackWords();
  const outlet = deskOf(useMe()) === 'outlet';
  const standing = {
    key: 'standing' as const,
    label: say('standing'),
    body: () => <StandingTable />,
  };
  return (
    <Page title={say('title')} hint={say(outlet ? 'hintOutlet' : 'hint')}>
      <TabbedPanel
        faces={[
          { key: 'cases', label: say('cases'), body: () => <Cases outlet={outlet} /> },
          ...(outlet ? [] : [standing]),
        ]}
      />
    </Page>
  );
}

function Cases({ outlet }: { outlet: boolean }) {
  const say = useFeedbackWords();
  return (
    <List
      label={say('caseLabel')}
      query={useFeedbackCases()}
      columns={useColumns()}
      choices={[
        {
          param: 'status',
          label: say('status'),
          all: say('all'),
          options: optionsOf(CASE_STATUSES, say),
          of: (row) => row.status,
        },
      ]}
      none={{ title: say('none'), hint: say('noneHint') }}
      exportAs="feedback"
      param="case"
      sheet={{
        title: () => say('title'),
        ...(outlet
          ? { body: (row: FeedbackCase) => <OutletCaseSheet row={row} /> }
          : { byId: (id: string) => <CaseSheet id={id} /> }),
      }}
    />
  );
}

function useColumns(): Column<FeedbackCase>[] {
  const say = useFeedbackWords();
  const reason = useFeedbackReason();
  return [
    {
      key: 'reason',
      title: say('reason'),
      lead: true,
      value: (row) => reason(row.reason),
    },
    {
      key: 'creative',
      title: say('creative'),
      width: '1.6fr',
      value: (row) => row.creativeName ?? `#${row.creativeId}`,
    },
    {
      key: 'advertiser',
      title: say('advertiser'),
      width: '1.4fr',
      value: (row) => row.advertiserName ?? `#${row.advertiserId}`,
    },
    { key: 'kind', title: say('kind'), value: (row) => say(row.kind), hideOnPhone: true },
    {
      key: 'sayings',
      title: say('sayings'),
      align: 'right',
      value: (row) => row.sayings,
      render: (row) => count(row.sayings),
    },
    { key: 'urgency', title: say('urgency'), align: 'right', value: (row) => row.urgency },
    instantColumn('lastAt', say('lastAt'), (row) => row.lastAt, { hideOnPhone: true }),
    markColumn(
      say('status'),
      (row) => say(row.status),
      (row) => CASE_TONES[row.status],
    ),
  ];
}
