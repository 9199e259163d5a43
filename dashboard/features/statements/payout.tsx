/** Where a statement's money went: its payouts and the bill lines that prove them. */
import { Money, Panel } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { usePayout, usePayouts } from '../payouts/data.ts';
import { Trace } from '../payouts/detail.tsx';
import type { StatementDetail } from './data.ts';
import { useStatementWords } from './words.ts';

export function StatementPayout({ statement }: { statement: StatementDetail['statement'] }) {
  const say = useStatementWords();
  const payouts = usePayouts();
  const found = payouts.data?.find(
    (row) => row.statementId === statement.id && row.status !== 'cancelled',
  );
  return (
    <Panel title={say('payout')} extra={<Money microCny={statement.totalMicroCny} strong />}>
      {found ? <Way id={found.id} /> : <p className="faint">{say('noPayout')}</p>}
    </Panel>
  );
}

function Way({ id }: { id: number }) {
  const query = usePayout(id);
  return (
    <Loaded query={query} lines={3}>
      {(payout) => <Trace payout={payout} />}
    </Loaded>
  );
}
