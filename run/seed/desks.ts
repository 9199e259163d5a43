/**
 * What waits on the desks of the demo for somebody's word: creatives to review, one refused and one appealed, outlets on
 * their way in, a contract's draft, credit to confirm, a stop that stands, a report that comes by itself. All through the verbs that people use, by the demo's own
 * people, so that the audit log names them. Runs once, after the logins.
 */
import { and, eq } from 'drizzle-orm';
import { createCreative, submitCreative } from '../../api/creatives/creatives.ts';
import { decideReview, lockReview } from '../../api/creatives/desk.ts';
import { addQualification, judgeQualification } from '../../api/creatives/vault.ts';
import { liftStop, placeStop } from '../../api/delivery/delivery.ts';
import { type Actor, actorOf } from '../../api/identity/identity.ts';
import {
  editAdmission,
  judgeAdmission,
  signAdmission,
  submitAdmission,
} from '../../api/onboarding/onboarding.ts';
import { createOutlet } from '../../api/outlets/outlets.ts';
import { createSchedule } from '../../api/reports/schedules.ts';
import type { Database } from '../../db/client.ts';
import { advertiser } from '../../db/schema/campaigns.ts';
import { creative } from '../../db/schema/creatives.ts';
import { member, user } from '../../db/schema/identity.ts';
import { addDays, type Clock, dayOf } from '../../db/terms/day.ts';
import type { CreativeContent } from '../../db/terms/market.ts';
import { seedContractDraft } from './contracts.ts';
import { seedCredit } from './credit.ts';
import { seedIntegrations } from './integrations.ts';
import { taxNoOf } from './titles.ts';

interface DeskContext {
  db: Database;
  clock: Clock;
}

/** Whom the desks belong to, by their addresses. */
export interface Logins {
  buyer: string;
  operator: string;
  finance: string;
  secondFinance: string;
  agency: string;
  outlet: string;
  /** Of a city's press group, whose second outlet is on its way in. */
  group: string;
}

export async function seedDesks(ctx: DeskContext, logins: Logins): Promise<void> {
  const buyer = await personOf(ctx.db, logins.buyer);
  const operator = await personOf(ctx.db, logins.operator);
  const group = await personOf(ctx.db, logins.group);
  await seedReview(ctx, buyer, operator);
  await seedAdmissions(ctx, operator, group);
  await seedStops(ctx, operator);
  await seedRefusedPaper(ctx, buyer, operator);
  const outlet = await personOf(ctx.db, logins.outlet);
  await seedIntegrations(ctx, { buyer, outlet });
  const finance = await personOf(ctx.db, logins.finance);
  await seedContractDraft(ctx, outlet.outletIds[0] ?? 0, finance);
  await seedCredit(ctx, {
    proposer: finance,
    confirmer: await personOf(ctx.db, logins.secondFinance),
    agency: await personOf(ctx.db, logins.agency),
    wallet: buyer.advertiserIds[0] ?? 0,
  });
  await createSchedule(ctx, buyer, {
    name: '每周县域投放周报',
    kind: 'spend',
    query: { by: 'division' },
    format: 'xlsx',
    span: 'lastWeek',
    cadence: 'weekly',
    hourOfDay: 8,
  });
}

async function personOf(db: Database, email: string): Promise<Actor> {
  const [found] = await db
    .select({ userId: user.id, organizationId: member.organizationId })
    .from(user)
    .innerJoin(member, eq(member.userId, user.id))
    .where(eq(user.email, email))
    .orderBy(member.createdAt, member.id)
    .limit(1);
  const actor = found && (await actorOf(db, found.userId, found.organizationId));
  if (!actor) throw new Error(`the demo has no ${email}`);
  return actor;
}

/** A new creative of this advertiser in the dress of its old one, sent to review; an appeal where the rules would stop it. */
async function sendToReview(
  ctx: DeskContext,
  by: Actor,
  of: { advertiserId: number; name: string; words: Partial<CreativeContent>; appeal?: string },
): Promise<number> {
  const { advertiserId, name, words, appeal } = of;
  const [old] = await ctx.db
    .select()
    .from(creative)
    .where(and(eq(creative.advertiserId, advertiserId), eq(creative.format, 'native')))
    .limit(1);
  if (!old) throw new Error(`advertiser ${advertiserId} has nothing to show`);
  const { format, w, h, landingUrl, approvalNo, approvalExpiresOn, aiGenerated, isPsa } = old;
  const actor = { ...by, advertiserIds: [advertiserId] };
  const made = await createCreative(ctx, actor, {
    ...{ advertiserId, name, format, w, h, landingUrl, approvalNo, approvalExpiresOn },
    ...{ aiGenerated, isPsa },
    category: old.category as Parameters<typeof createCreative>[2]['category'],
    content: { ...old.content, ...words },
  });
  await submitCreative(ctx, actor, made.id, { version: made.version, ...(appeal && { appeal }) });
  return made.id;
}

async function seedReview(ctx: DeskContext, buyer: Actor, operator: Actor): Promise<void> {
  const [advertiserId = 0] = buyer.advertiserIds;
  const refused = await sendToReview(ctx, buyer, {
    advertiserId,
    name: '清明送礼 信息流',
    words: { title: '明前龙井 送礼正当时', description: '产地证明齐全，礼盒顺丰发出' },
  });
  await lockReview(ctx, operator, refused);
  const [row] = await ctx.db
    .select({ contentHash: creative.contentHash })
    .from(creative)
    .where(eq(creative.id, refused));
  await decideReview(ctx, operator, refused, {
    contentHash: row?.contentHash ?? '',
    verdict: 'rejected',
    rejectReason: '文案称「产地证明齐全」，落地页未公示证明编号。请补充编号或修改文案后再提交。',
  });
  await sendToReview(ctx, buyer, {
    advertiserId,
    name: '夏日冷泡 信息流',
    words: { title: '一瓶山泉 三克新茶', description: '冷泡四小时，夏天的龙井' },
  });
  const lender = await advertiserIn(ctx.db, 'finance');
  await sendToReview(ctx, operator, {
    advertiserId: lender,
    name: '小店备货 信息流',
    words: { title: '「第一贷」小店备货', description: '利率公示，额度以审批为准，理性借贷' },
    appeal: '「第一贷」为注册商标，并非排名；商标注册证第 3021 号。',
  });
}

/** A paper that does not say what it is handed in for. */
async function seedRefusedPaper(ctx: DeskContext, buyer: Actor, operator: Actor): Promise<void> {
  const [advertiserId = 0] = buyer.advertiserIds;
  const today = dayOf(ctx.clock());
  const { id, version } = await addQualification(ctx, buyer, {
    advertiserId,
    kind: 'proof',
    number: '浙茶检 2026-0318',
    issuer: '浙江省茶叶质量检验中心',
    categories: ['food'],
    validFrom: addDays(today, -30),
    validUntil: addDays(today, 335),
    assetSha256: null,
  });
  await judgeQualification(ctx, operator, id, {
    version,
    verdict: 'rejected',
    rejectReason:
      '检验报告的样品为 2024 年春茶，与在投创意所称「2026 明前」不符，请提交本批次报告。',
  });
}

async function advertiserIn(db: Database, category: string): Promise<number> {
  const [row] = await db
    .select({ id: advertiser.id })
    .from(advertiser)
    .where(eq(advertiser.category, category))
    .orderBy(advertiser.id)
    .limit(1);
  if (!row) throw new Error(`the demo has no advertiser in ${category}`);
  return row.id;
}

/** One that waits for the operator, one for finance's signature, one given back. */
async function seedAdmissions(ctx: DeskContext, operator: Actor, group: Actor): Promise<void> {
  const submitted = { name: '滨江融媒体中心', divisionCode: '330108' };
  await handIn(ctx, operator, submitted, 97_001);
  const signed = await handIn(
    ctx,
    operator,
    { name: '洞头融媒体中心', divisionCode: '330305' },
    97_002,
  );
  const effectiveFrom = addDays(dayOf(ctx.clock()), 1);
  const approved = await judgeAdmission(ctx, operator, signed.outletId, {
    version: signed.version,
    approve: true,
    effectiveFrom,
    parties: [
      { outletId: signed.outletId, sharePpm: 700_000 },
      { outletId: null, sharePpm: 300_000 },
    ],
  });
  await signAdmission(ctx, operator, signed.outletId, { version: approved.version });
  const own = {
    name: '秀洲融媒体中心',
    divisionCode: '330411',
    organizationId: group.organizationId,
  };
  const returned = await handIn(ctx, group, own, 97_003);
  await judgeAdmission(ctx, operator, returned.outletId, {
    version: returned.version,
    approve: false,
    remarks: [{ part: 'qualifications', reason: '法人证书照片不清晰，请重新填写编号与有效期' }],
  });
}

async function handIn(
  ctx: DeskContext,
  by: Actor,
  of: { name: string; divisionCode: string; organizationId?: string },
  taxpayer: number,
): Promise<{ outletId: number; version: number }> {
  const { id: outletId } = await createOutlet(ctx, by, { tier: 'county', ...of });
  const filled = await editAdmission(ctx, by, outletId, {
    version: 1,
    creditCode: taxNoOf('1233', taxpayer),
    contactName: '钟闻',
    contactPhone: '0571-87000000',
    qualifications: [
      { kind: 'business_licence', number: taxNoOf('1233', taxpayer), expiresOn: null },
      { kind: 'icp', number: `浙ICP备${taxpayer}号`, expiresOn: addDays(dayOf(ctx.clock()), 400) },
    ],
    payeeName: of.name,
    payeeAlipayAccount: `pay${taxpayer}@example.cn`,
  });
  const { version } = await submitAdmission(ctx, by, outletId, filled);
  return { outletId, version };
}

/** One in force in one county, and one that was lifted again. */
async function seedStops(ctx: DeskContext, operator: Actor): Promise<void> {
  const stop = { scope: 'category' as const, subject: 'alcohol', outletId: null };
  const reason = '县人民代表大会召开期间，酒类广告暂停';
  await placeStop(ctx, { ...stop, divisionCode: '330726', reason }, operator);
  const over = await placeStop(
    ctx,
    { ...stop, divisionCode: '330825', reason: '高考期间校园周边酒类广告暂停' },
    operator,
  );
  await liftStop(ctx, over.id, operator);
}
