/**
 * Freezing: a draft becomes a document with a content hash, and never changes again. Refuses a month that is not over,
 * whose figures are provisional, or that still has hours to charge; proves first that each statement equals what the ledger owes for the month.
 */
import { sql } from 'drizzle-orm';
import type { Database, Db } from '../../db/client.ts';
import { type Clock, dayEndMs, dayStartMs, hourOf } from '../../db/terms/day.ts';
import { assert, Failure } from '../../db/terms/failure.ts';
import { cutMonth, hoursDue, provisionalDays } from '../billing/billing.ts';
import { accounts, lockPeriod, movements } from '../ledger/ledger.ts';
import {
  canonicalJson,
  type DocumentAdjustment,
  type DocumentGuarantee,
  type DocumentLine,
  STATEMENT_FORMAT,
  type StatementDocument,
  sha256Hex,
} from './document.ts';
import { daysOfMonth, lockMonth, openDrafts, refreshDrafts } from './drafts.ts';
import { addMinimumGuarantees } from './guarantees.ts';
import { guaranteesOf } from './promised.ts';

const BATCH = 200;

/**
 * Freezes the month's drafts, all or one outlet's; those frozen before stay as they are. Returns how many were frozen.
 * @throws Failure `conflict`: the month is not over, days of it are provisional, or hours of it are not charged yet;
 * `period_closed`.
 */
export async function freezeMonth(
  ctx: { db: Database; clock: Clock },
  input: { month: string; by: string; outletId?: number },
): Promise<number> {
  const { month, by, outletId } = input;
  const { from, to } = daysOfMonth(month);
  if (ctx.clock() < dayEndMs(to)) {
    throw new Failure('conflict', { zh: `${month} 尚未结束`, en: `${month} is not over yet` });
  }
  // Before anything is cut: a closed month has all the statements that its certificate speaks of.
  await lockPeriod(ctx.db, month);
  // Before the cut: what the last look removes still belongs to this month.
  const provisional = await provisionalDays(ctx.db, from, to);
  if (provisional.length > 0) {
    throw new Failure('conflict', {
      zh: `${provisional.length} 天的数据尚未定稿（首日 ${provisional[0]}）`,
      en: `the figures of ${provisional.length} days are provisional still, ${provisional[0]} the first`,
    });
  }
  const allCharged = async () => {
    const due = await hoursDue(ctx.db, hourOf(dayEndMs(to)), hourOf(dayStartMs(from)));
    if (due.length === 0) return;
    throw new Failure('conflict', {
      zh: `${month} 还有 ${due.length} 个小时未计费`,
      en: `${due.length} hours of ${month} are not charged yet`,
    });
  };
  // Asked before the cut, for a refusal must change nothing, and after it, for billing may have been under way.
  await allCharged();
  await cutMonth(ctx, month);
  await allCharged();
  await ctx.db.transaction(async (tx) => {
    await lockMonth(tx, month);
    await addMinimumGuarantees(tx, ctx.clock, { month, by, ...(outletId ? { outletId } : {}) });
    await openDrafts(tx, month, outletId);
    await refreshDrafts(tx, month, outletId);
  });
  let frozen = 0;
  for (;;) {
    const count = await ctx.db.transaction((tx) => freezeBatch(tx, ctx.clock, month, by, outletId));
    frozen += count;
    if (count < BATCH) return frozen;
  }
}

interface DraftRow {
  id: string;
  outlet_id: string;
  outlet_name: string;
  revision: number;
  quantity: string;
  gross: string;
  share: string;
  adjustment: string;
  total: string;
  lines: (Omit<DocumentLine, 'ordinal'> & { ordinal: number })[] | null;
  adjustments: DocumentAdjustment[] | null;
}

async function loadDrafts(tx: Db, month: string, outletId?: number): Promise<DraftRow[]> {
  return (await tx.execute(sql`
    SELECT s.id, s.outlet_id, o.name AS outlet_name, s.revision, s.quantity, s.gross_micro_cny AS gross,
           s.share_micro_cny AS share, s.adjustment_micro_cny AS adjustment, s.total_micro_cny AS total,
           (SELECT json_agg(json_build_object('ordinal', l.ordinal, 'day', l.day, 'placementId', l.placement_id,
                'contractVersionId', l.contract_version_id, 'quantity', l.quantity,
                'grossMicroCny', l.gross_micro_cny::text, 'shareMicroCny', l.share_micro_cny::text,
                'charges', l.charges, 'chargesHash', l.charges_hash) ORDER BY l.ordinal)
              FROM statement_line l WHERE l.statement_id = s.id) AS lines,
           (SELECT json_agg(json_build_object('id', a.id, 'kind', a.kind, 'reason', a.reason,
                'amountMicroCny', a.amount_micro_cny::text, 'journalKey', a.journal_key) ORDER BY a.id)
              FROM statement_adjustment a WHERE a.outlet_id = s.outlet_id AND a.month = s.month
               AND a.journal_key IS NOT NULL) AS adjustments
      FROM statement s JOIN outlet o ON o.id = s.outlet_id
     WHERE s.month = ${month} AND s.status = 'draft'
       ${outletId === undefined ? sql`` : sql`AND s.outlet_id = ${outletId}`}
     ORDER BY s.id LIMIT ${BATCH} FOR UPDATE OF s`)) as unknown as DraftRow[];
}

async function freezeBatch(
  tx: Db,
  clock: Clock,
  month: string,
  by: string,
  outletId?: number,
): Promise<number> {
  await lockMonth(tx, month);
  const drafts = await loadDrafts(tx, month, outletId);
  if (drafts.length === 0) return 0;
  await proveAgainstLedger(tx, month, drafts);
  const outletIds = drafts.map((draft) => Number(draft.outlet_id));
  const guarantees = await guaranteesOf(tx, outletIds, month);
  const frozenAt = new Date(clock()).toISOString();
  const frozen = drafts.map((draft) => {
    const promised = guarantees.get(Number(draft.outlet_id)) ?? [];
    const document = canonicalJson(documentOf(draft, promised, { month, frozenAt, by }));
    return { id: draft.id, document, hash: sha256Hex(document) };
  });
  const list = JSON.stringify(frozen);
  await tx.execute(sql`
    UPDATE statement s SET status = 'frozen', document = n.document, content_hash = n.hash,
           frozen_at = ${frozenAt}::timestamptz, frozen_by = ${by}, version = s.version + 1,
           updated_at = ${frozenAt}::timestamptz
      FROM json_to_recordset(${list}::text::json) AS n(id bigint, document text, hash text) WHERE s.id = n.id`);
  await tx.execute(sql`
    INSERT INTO statement_event (statement_id, at, by_user, status)
    SELECT n.id, ${frozenAt}::timestamptz, ${by}, 'frozen'
      FROM json_to_recordset(${list}::text::json) AS n(id bigint)`);
  return drafts.length;
}

function documentOf(
  draft: DraftRow,
  guarantees: DocumentGuarantee[],
  { month, frozenAt, by }: { month: string; frozenAt: string; by: string },
): StatementDocument {
  return {
    format: STATEMENT_FORMAT,
    outletId: Number(draft.outlet_id),
    outletName: draft.outlet_name,
    month,
    revision: draft.revision,
    currency: 'CNY',
    lines: draft.lines ?? [],
    adjustments: draft.adjustments ?? [],
    ...(guarantees.length > 0 ? { guarantees } : {}),
    totals: {
      quantity: Number(draft.quantity),
      grossMicroCny: draft.gross,
      shareMicroCny: draft.share,
      adjustmentMicroCny: draft.adjustment,
      totalMicroCny: draft.total,
    },
    frozenAt,
    frozenBy: by,
  };
}

/** The statement's shares are the ledger's own: what charges credited to the outlet on the month's days. */
async function proveAgainstLedger(
  tx: Db,
  month: string,
  drafts: readonly DraftRow[],
): Promise<void> {
  const { from, to } = daysOfMonth(month);
  const owed = await movements(tx, {
    accounts: drafts.map((draft) => accounts.payable(Number(draft.outlet_id))),
    kinds: ['charge'],
    from,
    to,
  });
  for (const draft of drafts) {
    const booked = owed.get(accounts.payable(Number(draft.outlet_id))) ?? 0n;
    assert(
      booked === BigInt(draft.share),
      `statement of outlet ${draft.outlet_id}, ${month}: lines ${draft.share}, ledger ${booked}`,
    );
  }
}
