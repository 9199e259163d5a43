/** Approving what is ticked: a batch is one decision and takes one code, whatever else is one each. */
import { App, Button, Popconfirm } from 'antd';
import { api, read } from '../../lib/client.ts';
import { Problem, problemText } from '../../lib/problem.ts';
import { useChange } from '../../lib/queries.ts';
import { useLanguage } from '../../lib/words.ts';
import { Key } from '../../ui/page.tsx';
import { useSecondFactor } from '../../ui/secondFactor.tsx';
import { AFTER_PAYOUT, type Payout } from './data.ts';
import { usePayoutWords } from './words.ts';

const YES = 'approve-chosen-yes';

/** A code that is not given ends it; what was approved until then stays so. */
export function ApproveChosen({ rows, done }: { rows: Payout[]; done: () => void }) {
  const say = usePayoutWords();
  const language = useLanguage();
  const { message } = App.useApp();
  const withCode = useSecondFactor();
  const approve = useChange({
    run: async (chosen: Payout[]) => {
      const failures: unknown[] = [];
      let approved = 0;
      for (const [batchId, payouts] of decisionsOf(chosen)) {
        const answer = await withCode((json) => decide(batchId, payouts, json)).catch(
          (error: unknown) => [error],
        );
        if (answer === undefined) break;
        failures.push(...answer);
        approved += payouts.length - answer.length;
      }
      return { approved, failed: chosen.length - approved, failures };
    },
    refresh: AFTER_PAYOUT,
    done: ({ approved, failed, failures }) => {
      done();
      const text = say('approvedMany', { done: approved, failed });
      if (failures.length === 0) void message.success(text);
      else void message.warning(`${text}：${problemText(failures[0], language)}`, 8);
    },
  });
  return (
    <Popconfirm
      title={say('approveMany', { n: rows.length })}
      okText={say('approve')}
      okButtonProps={{ id: YES }}
      cancelText={say('cancel')}
      disabled={rows.length === 0}
      // Whoever came by key goes on by key.
      afterOpenChange={(open) => open && document.getElementById(YES)?.focus()}
      onConfirm={() => approve.mutateAsync(rows)}
    >
      <Button
        type="primary"
        id="approve-chosen"
        disabled={rows.length === 0}
        loading={approve.isPending}
      >
        {say('approveMany', { n: rows.length })} <Key>A</Key>
      </Button>
    </Popconfirm>
  );
}

/** Says what was refused: of a batch its single payouts, of one alone nothing, for it throws. */
async function decide(
  batchId: number | undefined,
  payouts: readonly Payout[],
  json: { code?: string },
): Promise<unknown[]> {
  if (batchId !== undefined) {
    const param = { id: String(batchId) };
    const { refused } = await read(api['payout-batches'][':id'].approve.$post({ param, json }));
    return refused.map(({ code, ...detail }) => new Problem(409, code as 'conflict', detail));
  }
  const param = { id: String(payouts[0]?.id) };
  await read(api.payouts[':id'].approve.$post({ param, json }));
  return [];
}

/** Payouts of one batch together, each of the others alone. */
function decisionsOf(rows: readonly Payout[]): [batchId: number | undefined, rows: Payout[]][] {
  const batches = new Map<number, Payout[]>();
  const alone: [undefined, Payout[]][] = [];
  for (const row of rows) {
    if (row.batchId === null) alone.push([undefined, [row]]);
    else batches.set(row.batchId, [...(batches.get(row.batchId) ?? []), row]);
  }
  return [...batches, ...alone];
}
