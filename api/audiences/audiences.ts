/**
 * Segments: made, edited, paused, deleted. Owns what a segment may be made of and on what basis (PIPL 13), and that it is its
 * advertiser's alone. Members come by upload (`uploads.ts`) or from what readers did (`refresh.ts`).
 */
import { and, desc, eq, inArray, lt, ne } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import type { RedisStore } from '../../db/redis.ts';
import { CONSENT_BASES, SEGMENT_KINDS, segment } from '../../db/schema/audiences.ts';
import { campaign } from '../../db/schema/campaigns.ts';
import { CONTENT_CATEGORY_KEYS } from '../../db/terms/content.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { assertActsFor, notFound, type Ownership, ownedBy } from '../http/auth.ts';
import { decodeIdCursor, type PageQuery, pageOf } from '../http/paging.ts';
import { failureOf } from '../http/validation.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';

export { gatherActions, gatherInterests, refreshSegments } from './refresh.ts';
export { forgetExpired, writeSegments } from './writing.ts';

export interface AudienceContext {
  db: Db;
  redis: RedisStore;
  clock: Clock;
  config: { tokenKey: string };
}
export type Segment = typeof segment.$inferSelect;

const MAX_SEGMENTS = 200;

export const segmentOwnership: Ownership = {
  table: segment,
  id: segment.id,
  advertiser: segment.advertiserId,
};

const days = (max: number) => z.number().int().min(1).max(max);
const definitions = {
  upload: z.strictObject({}),
  behaviour: z.strictObject({
    action: z.enum(['clicked', 'converted']),
    withinDays: days(90),
    atLeast: z.number().int().min(1).max(100).default(1),
    campaignIds: z.array(z.number().int().positive()).max(100).default([]),
  }),
  interest: z.strictObject({
    categories: z.array(z.enum(CONTENT_CATEGORY_KEYS)).min(1).max(10),
    withinDays: days(30),
    atLeast: z.number().int().min(1).max(1_000).default(3),
  }),
};

const name = z.string().trim().min(1).max(100);
const consentNote = z.string().trim().min(5).max(500);
export const newSegmentSchema = z.strictObject({
  advertiserId: z.number().int().positive(),
  name,
  kind: z.enum(SEGMENT_KINDS),
  definition: z.record(z.string(), z.unknown()).default({}),
  consentBasis: z.enum(CONSENT_BASES),
  /** Where, when and for what the readers agreed. */
  consentNote,
  memberDays: days(180).default(90),
});
export const segmentEditSchema = z.strictObject({
  name: name.optional(),
  definition: z.record(z.string(), z.unknown()).optional(),
  memberDays: days(180).optional(),
  status: z.enum(['active', 'paused']).optional(),
  version: z.number().int().positive(),
});

async function checkedDefinition(
  db: Db,
  { kind, advertiserId }: Pick<Segment, 'kind' | 'advertiserId'>,
  definition: Record<string, unknown>,
): Promise<Segment['definition']> {
  const parsed = definitions[kind].safeParse(definition);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((one) => ({
      ...one,
      path: ['definition', ...one.path],
    }));
    throw failureOf(issues);
  }
  const wanted = 'campaignIds' in parsed.data ? parsed.data.campaignIds : [];
  if (wanted.length > 0) {
    const rows = await db
      .select({ id: campaign.id })
      .from(campaign)
      .where(and(inArray(campaign.id, wanted), eq(campaign.advertiserId, advertiserId)));
    const known = new Set(rows.map((row) => row.id));
    const at = wanted.findIndex((id) => !known.has(id));
    if (at >= 0) {
      throw new Failure('invalid_input', {
        pointer: `/definition/campaignIds/${at}`,
        zh: `没有这个推广计划：${wanted[at]}`,
        en: `there is no campaign ${wanted[at]}`,
      });
    }
  }
  return parsed.data as Segment['definition'];
}

export async function createSegment(
  ctx: AudienceContext,
  actor: Actor,
  input: z.infer<typeof newSegmentSchema>,
): Promise<Segment> {
  const { advertiserId } = input;
  assertActsFor(actor, { advertiserId });
  return ctx.db.transaction(async (tx) => {
    const definition = await checkedDefinition(tx, input, input.definition);
    const mine = and(eq(segment.advertiserId, advertiserId), ne(segment.status, 'deleted'));
    if ((await tx.$count(segment, mine)) >= MAX_SEGMENTS) {
      throw new Failure('too_many', {
        zh: `一家广告主最多 ${MAX_SEGMENTS} 个人群包`,
        en: `an advertiser may have ${MAX_SEGMENTS} segments at most`,
      });
    }
    const [row] = await tx
      .insert(segment)
      .values({ ...input, definition })
      .returning();
    if (!row) throw new Error('insert returned nothing');
    await record(tx, { actor, action: 'segment.create', subject: `segment:${row.id}`, after: row });
    return row;
  });
}

export interface SegmentFilter extends PageQuery {
  advertiserId?: number | undefined;
  kind?: Segment['kind'] | undefined;
}

export async function listSegments(db: Db, actor: Actor, filter: SegmentFilter) {
  const before = decodeIdCursor(filter.cursor);
  const rows = await db
    .select()
    .from(segment)
    .where(
      and(
        ownedBy(actor, { advertiser: segment.advertiserId }),
        ne(segment.status, 'deleted'),
        filter.advertiserId ? eq(segment.advertiserId, filter.advertiserId) : undefined,
        filter.kind ? eq(segment.kind, filter.kind) : undefined,
        before === undefined ? undefined : lt(segment.id, before),
      ),
    )
    .orderBy(desc(segment.id))
    .limit(filter.limit + 1);
  return pageOf(rows, filter.limit, (row) => row.id);
}

export async function readSegment(db: Db, id: number): Promise<Segment> {
  const [row] = await db.select().from(segment).where(eq(segment.id, id));
  if (!row || row.status === 'deleted') throw notFound();
  return row;
}

export async function editSegment(
  ctx: AudienceContext,
  actor: Actor,
  id: number,
  { version, ...changes }: z.infer<typeof segmentEditSchema>,
): Promise<Segment> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, segment, id, version);
    if (row.status === 'deleted') throw notFound();
    const definition = changes.definition && (await checkedDefinition(tx, row, changes.definition));
    const isDirty = changes.status !== undefined && changes.status !== row.status;
    return saveEdit(tx, {
      table: segment,
      row,
      changes: {
        ...changes,
        definition,
        ...(isDirty ? { isDirty } : {}),
        ...(definition ? { refreshedAt: null } : {}),
      },
      actor,
      action: 'segment.edit',
      subject: `segment:${id}`,
      nowMs: ctx.clock(),
    });
  });
}

/** Gone from auctions within moments; its members are deleted by the worker, the row stays for the record. */
export async function deleteSegment(ctx: AudienceContext, actor: Actor, id: number) {
  await ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, segment, id);
    if (row.status === 'deleted') throw notFound();
    await saveEdit(tx, {
      table: segment,
      row,
      changes: { status: 'deleted', isDirty: true },
      actor,
      action: 'segment.delete',
      subject: `segment:${id}`,
      nowMs: ctx.clock(),
    });
  });
}
