/** Partners' statements as they came in: whose, of which days, how much agreed; a statement's days, one beside the other. */
import { useFilters } from '../../lib/filters.ts';
import { instant } from '../../lib/format.ts';
import type { Column } from '../../ui/column.ts';
import { daysColumn, instantColumn, moneyColumn } from '../../ui/columns.tsx';
import { List } from '../../ui/list.tsx';
import { Facts, Figure, Figures, Money } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Differences } from './differences.tsx';
import {
  type Difference,
  type Received,
  useDifferences,
  usePartnerName,
  useReport,
  useReports,
} from './partnerData.ts';
import { usePartnerWords } from './partnerWords.ts';
import { ReportForms, ReportWays } from './reportWays.tsx';

const theirs = (report: Received): bigint =>
  report.rows.reduce((sum, row) => sum + BigInt(row.amountMicroCny), 0n);
/** How many differences each report was found to have: a day that it leaves out is one, too. */
function useDiffering(): (report: Received) => number {
  const differences = useDifferences().data ?? [];
  return ({ id }) => differences.filter((row) => row.partnerStatementId === id).length;
}

export function ReportList() {
  const say = usePartnerWords();
  const nameOf = usePartnerName();
  const { set } = useFilters();
  const create = { label: say('add'), run: () => set({ report: 'new' }), above: true };
  const title = (row: Received | undefined) =>
    row ? nameOf(row.side, row.partnerId) : say('reports');
  return (
    <>
      <List
        label={say('reports')}
        query={useReports()}
        columns={useColumns(nameOf)}
        urlKey="rp_"
        create={create}
        tools={<ReportWays />}
        none={{ title: say('noReports'), hint: say('noReportsHint') }}
        exportAs="partner-statements"
        param="report"
        sheet={{ size: 720, title, byId: (id) => <ReportSheet id={id} /> }}
      />
      <ReportForms />
    </>
  );
}

function useColumns(nameOf: ReturnType<typeof usePartnerName>): Column<Received>[] {
  const say = usePartnerWords();
  const differing = useDiffering();
  return [
    {
      key: 'partner',
      title: say('partner'),
      lead: true,
      width: '1.6fr',
      value: (row) => nameOf(row.side, row.partnerId),
    },
    { key: 'side', title: say('side'), width: '90px', value: (row) => say(row.side) },
    daysColumn(say('span'), (row) => ({ startsOn: row.fromDay, endsOn: row.toDay })),
    moneyColumn('sum', say('sum'), theirs, { width: '150px' }),
    {
      key: 'agreed',
      title: say('agreed'),
      align: 'right',
      width: '90px',
      value: (row) => row.matchedDays,
    },
    {
      key: 'differing',
      title: say('differing'),
      align: 'right',
      width: '100px',
      value: differing,
      render: (row) =>
        differing(row) > 0 ? <strong className="negative">{differing(row)}</strong> : '—',
    },
    instantColumn('received', say('received'), (row) => row.receivedAt, { hideOnPhone: true }),
  ];
}

function ReportSheet({ id }: { id: string }) {
  const say = usePartnerWords();
  const { set } = useFilters();
  const open = (row: Difference) =>
    set({ tab: 'partners', report: undefined, difference: String(row.id) });
  return (
    <Loaded query={useReport(id)}>
      {(report) => (
        <div className="stack">
          <Figures>
            <Figure label={say('sum')} value={<Money microCny={theirs(report)} />} />
            <Figure label={say('agreed')} value={report.matchedDays} />
            <Figure
              label={say('differing')}
              value={report.differences.length}
              tone={report.differences.some((row) => row.status === 'open') ? 'bad' : 'plain'}
            />
          </Figures>
          <Facts
            items={[
              [say('side'), say(report.side)],
              [say('span'), `${report.fromDay} – ${report.toDay}`],
              [say('toleranceIs'), `${report.tolerancePpm / 10_000}%`],
              [say('received'), instant(report.receivedAt)],
            ]}
          />
          <Differences rows={report.differences} onOpen={open} />
        </div>
      )}
    </Loaded>
  );
}
