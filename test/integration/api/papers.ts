/** Money's papers of the other side, as rows, and the marks by which they are known where they must not be. */
import type { Db } from '../../../db/client.ts';
import { contract, contractParty, contractVersion } from '../../../db/schema/contracts.ts';
import { stop } from '../../../db/schema/delivery.ts';
import { invoice, invoiceTitle, redLetter } from '../../../db/schema/invoices.ts';
import { payout, topUp } from '../../../db/schema/payments.ts';
import { statement, statementAdjustment } from '../../../db/schema/statements.ts';

/** Whoever reads it has looked where they may not. */
export const SECRET = 'ZEBRAFINCH';
export const SECRET_DIGITS = '777777';
export const SECRET_AMOUNT = 777_777_777n;

export const first = async (rows: Promise<{ id: number }[]>): Promise<number> => {
  const [row] = await rows;
  if (!row) throw new Error('insert returned nothing');
  return row.id;
};

interface Parties {
  advertiserId: number;
  outletId: number;
  by: string;
  nowMs: number;
}

/** Money's papers, as rows: this test is about who may see them, not how they come about. */
export async function insertPapers(db: Db, { advertiserId, outletId, by, nowMs }: Parties) {
  const at = new Date(nowMs);
  const made = { createdBy: by, createdAt: at };
  const statementId = await first(
    db.insert(statement).values({ outletId, month: '2026-02' }).returning({ id: statement.id }),
  );
  const recharge = {
    advertiserId,
    outTradeNo: SECRET,
    method: 'page' as const,
    subject: SECRET,
    amountFen: 77_777n,
    expiresAt: at,
    ...made,
  };
  const transfer = {
    statementId,
    outletId,
    payeeName: SECRET,
    payeeAccount: SECRET,
    dueMicroCny: SECRET_AMOUNT,
    amountFen: 77_777n,
    carryMicroCny: 7_777n,
    ...made,
  };
  const adjustment = {
    outletId,
    month: '2026-02',
    amountMicroCny: SECRET_AMOUNT,
    kind: 'adjustment' as const,
    reason: SECRET,
    ...made,
  };
  const printed = {
    kind: 'special' as const,
    sellerName: SECRET,
    sellerTaxNo: SECRET,
    buyerName: SECRET,
    buyerTaxNo: SECRET,
    item: SECRET,
    amountFen: 70_000n,
    taxRatePpm: 60_000,
    taxFen: 7_777n,
    totalFen: 77_777n,
    ...made,
  };
  const invoiceId = await first(
    db
      .insert(invoice)
      .values({ ...printed, direction: 'outgoing', advertiserId, status: 'requested' })
      .returning({ id: invoice.id }),
  );
  const letter = {
    invoiceId,
    advertiserId,
    initiatedBy: 'seller' as const,
    reason: 'returned' as const,
    totalFen: 77_777n,
    status: 'requested' as const,
    note: SECRET,
    requestedBy: by,
    requestedAt: at,
    expiresAt: at,
  };
  const titles = { name: SECRET, taxNo: '91330100799655058B', taxpayer: 'general' as const };
  await db.insert(invoiceTitle).values([
    { ...titles, advertiserId, updatedBy: by },
    { ...titles, outletId, updatedBy: by },
  ]);
  const halt = { scope: 'all' as const, outletId, reason: SECRET, createdBy: by };
  return {
    statementId,
    invoiceId,
    redLetterId: await first(db.insert(redLetter).values(letter).returning({ id: redLetter.id })),
    topUpId: await first(db.insert(topUp).values(recharge).returning({ id: topUp.id })),
    payoutId: await first(db.insert(payout).values(transfer).returning({ id: payout.id })),
    contractId: await insertContract(db, outletId, by),
    adjustmentId: await first(
      db.insert(statementAdjustment).values(adjustment).returning({ id: statementAdjustment.id }),
    ),
    stopId: await first(db.insert(stop).values(halt).returning({ id: stop.id })),
  };
}

/** A draft with one party. Returns the version's id, which is what the API knows it by. */
async function insertContract(db: Db, outletId: number, draftedBy: string): Promise<number> {
  const values = { name: SECRET, outletId };
  const contractId = await first(db.insert(contract).values(values).returning({ id: contract.id }));
  const scope = `outlet:${outletId}`;
  const version = { contractId, number: 1, scope, effectiveFrom: '2026-01-01', draftedBy };
  const contractVersionId = await first(
    db.insert(contractVersion).values(version).returning({ id: contractVersion.id }),
  );
  const whole = { tier: 0, ordinal: 0, fromMicroCny: 0n, sharePpm: 1_000_000 };
  await db.insert(contractParty).values({ contractVersionId, outletId, ...whole });
  return contractVersionId;
}
