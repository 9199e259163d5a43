/**
 * The demo's credit: an agency whose line is spread over two of its three clients, an advertiser with a little of its own that
 * was lowered since, and a rise of the line that waits for a second person. All through the verbs that people use.
 */

import type { Actor } from '../../api/identity/identity.ts';
import { setWalletCredit } from '../../api/payments/credit.ts';
import { confirmCredit, proposeCredit } from '../../api/payments/creditProposals.ts';
import type { Database } from '../../db/client.ts';
import type { Clock } from '../../db/terms/day.ts';
import { MICRO_CNY_PER_YUAN } from '../../db/terms/money.ts';

interface People {
  proposer: Actor;
  confirmer: Actor;
  agency: Actor;
  /** An advertiser's id. */
  wallet: number;
}

const yuan = (amount: number) => BigInt(amount) * MICRO_CNY_PER_YUAN;

export async function seedCredit(
  ctx: { db: Database; clock: Clock },
  { proposer, confirmer, agency, wallet }: People,
): Promise<void> {
  const { organizationId } = agency;
  const line = { organizationId, advertiserId: null };
  const own = { organizationId: null, advertiserId: wallet };
  const propose = (subject: typeof line | typeof own, limit: number, reason: string) =>
    proposeCredit(ctx, subject, { limitMicroCny: yuan(limit), reason, by: proposer.userId });
  const confirm = ({ id: proposalId }: { id: number }) =>
    confirmCredit(ctx, { proposalId, by: confirmer.userId });

  await confirm(await propose(line, 200_000, '年度框架协议，月结 30 天'));
  const [first = 0, second = 0] = agency.advertiserIds;
  for (const [advertiserId, limit] of [
    [first, 80_000],
    [second, 50_000],
  ] as const) {
    const limitMicroCny = yuan(limit);
    const by = agency.userId;
    await setWalletCredit(ctx, { advertiserId, organizationId, limitMicroCny, by });
  }
  await confirm(await propose(own, 30_000, '春茶季投放，三年无逾期'));
  await propose(own, 20_000, '春茶季结束，收回部分额度');
  await propose(line, 300_000, '暑期县域文旅联投，三家客户预算翻倍');
}
