/**
 * Reports that come by themselves. Owns when the next one is due and which days it covers, by Shanghai's calendar; each is an
 * export like any other. A schedule that slept is made up for once, not once for each day missed.
 */
import { and, desc, eq, lte } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import {
  REPORT_CADENCES,
  REPORT_KINDS,
  REPORT_SPANS,
  reportSchedule,
} from '../../db/schema/reports.ts';
import {
  addDays,
  type Clock,
  type Day,
  dayOf,
  dayStartMs,
  hourOfWeek,
  monthOf,
} from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { notFound, type Ownership, ownedBy } from '../http/auth.ts';
import { failureOf } from '../http/validation.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import { type DayRange, standingQuery } from './asked.ts';
import { requestExport } from './exports.ts';

type ScheduleContext = { db: Db; clock: Clock };
type Schedule = typeof reportSchedule.$inferSelect;
type Cadence = Schedule['cadence'];

const MAX_SCHEDULES = 50;

const fields = {
  name: z.string().trim().min(1).max(100),
  query: z.record(z.string(), z.unknown()),
  format: z.enum(['csv', 'xlsx']),
  span: z.enum(REPORT_SPANS),
  cadence: z.enum(REPORT_CADENCES),
  hourOfDay: z.number().int().min(0).max(23),
};
export const newScheduleSchema = z.strictObject({ ...fields, kind: z.enum(REPORT_KINDS) });
export const scheduleEditSchema = z.strictObject({
  ...z.strictObject(fields).partial().shape,
  status: z.enum(['active', 'paused']).optional(),
  version: z.number().int().positive(),
});

export const scheduleOwnership: Ownership = {
  table: reportSchedule,
  id: reportSchedule.id,
  organization: reportSchedule.organizationId,
};

const HOUR_MS = 3_600_000;
const monthStart = (day: Day): Day => `${monthOf(day)}-01`;
const weekStart = (day: Day): Day => addDays(day, -Math.floor(hourOfWeek(dayStartMs(day)) / 24));

/** The first time after `nowMs`: daily, on Mondays, or on the first of a month, at that hour. */
export function nextRun(cadence: Cadence, hourOfDay: number, nowMs: number): number {
  const today = dayOf(nowMs);
  const candidates: Record<Cadence, Day[]> = {
    daily: [today, addDays(today, 1)],
    weekly: [weekStart(today), addDays(weekStart(today), 7)],
    monthly: [monthStart(today), monthStart(addDays(monthStart(today), 31))],
  };
  const times = candidates[cadence].map((day) => dayStartMs(day) + hourOfDay * HOUR_MS);
  return times.find((ms) => ms > nowMs) as number;
}

/** The days of a span, seen from `today`. */
export function daysOf(span: Schedule['span'], today: Day): DayRange {
  const yesterday = addDays(today, -1);
  switch (span) {
    case 'yesterday':
      return { from: yesterday, to: yesterday };
    case 'last7Days':
      return { from: addDays(today, -7), to: yesterday };
    case 'lastWeek':
      return { from: addDays(weekStart(today), -7), to: addDays(weekStart(today), -1) };
    case 'monthToDate':
      // On the first there is nothing of this month yet: the whole of the last one.
      return { from: monthStart(yesterday), to: yesterday };
    case 'lastMonth': {
      const to = addDays(monthStart(today), -1);
      return { from: monthStart(to), to };
    }
  }
}

/** The stored query must be one that the report takes; each field that is not is pointed at. */
function checkedQuery(kind: Schedule['kind'], query: Record<string, unknown>) {
  const parsed = standingQuery[kind].safeParse(query);
  if (parsed.success) return parsed.data as Record<string, unknown>;
  throw failureOf(parsed.error.issues.map((one) => ({ ...one, path: ['query', ...one.path] })));
}

export async function createSchedule(
  ctx: ScheduleContext,
  actor: Actor,
  input: z.infer<typeof newScheduleSchema>,
): Promise<Schedule> {
  const query = checkedQuery(input.kind, input.query);
  return ctx.db.transaction(async (tx) => {
    const { organizationId, userId } = actor;
    const mine = eq(reportSchedule.organizationId, organizationId);
    if ((await tx.$count(reportSchedule, mine)) >= MAX_SCHEDULES) {
      throw new Failure('too_many', {
        zh: `最多 ${MAX_SCHEDULES} 个定时报表`,
        en: `${MAX_SCHEDULES} schedules at most`,
      });
    }
    const nextRunAt = new Date(nextRun(input.cadence, input.hourOfDay, ctx.clock()));
    const [row] = await tx
      .insert(reportSchedule)
      .values({ ...input, query, organizationId, userId, nextRunAt })
      .returning();
    if (!row) throw new Error('insert returned nothing');
    const subject = `reportSchedule:${row.id}` as const;
    await record(tx, { actor, action: 'report.schedule', subject, after: row });
    return row;
  });
}

export async function listSchedules(db: Db, actor: Actor) {
  const items = await db
    .select()
    .from(reportSchedule)
    .where(ownedBy(actor, { organization: reportSchedule.organizationId }))
    .orderBy(desc(reportSchedule.id))
    .limit(500);
  return { items, nextCursor: null };
}

export async function editSchedule(
  ctx: ScheduleContext,
  actor: Actor,
  id: number,
  { version, ...changes }: z.infer<typeof scheduleEditSchema>,
): Promise<Schedule> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, reportSchedule, id, version);
    const next = { ...row, ...changes };
    const query = changes.query && checkedQuery(row.kind, changes.query);
    const nextRunAt = new Date(nextRun(next.cadence, next.hourOfDay, ctx.clock()));
    return saveEdit(tx, {
      table: reportSchedule,
      row,
      changes: { ...changes, ...(query ? { query } : {}), nextRunAt },
      actor,
      action: 'report.editSchedule',
      subject: `reportSchedule:${id}`,
      nowMs: ctx.clock(),
    });
  });
}

export async function removeSchedule(ctx: ScheduleContext, actor: Actor, id: number) {
  await ctx.db.transaction(async (tx) => {
    const [gone] = await tx.delete(reportSchedule).where(eq(reportSchedule.id, id)).returning();
    if (!gone) throw notFound();
    const subject = `reportSchedule:${id}` as const;
    await record(tx, { actor, action: 'report.removeSchedule', subject, before: gone });
  });
}

/** Queues what is due; each schedule and its export in one transaction, so that neither is without the other. */
export async function queueScheduled(ctx: ScheduleContext): Promise<number> {
  const nowMs = ctx.clock();
  const now = new Date(nowMs);
  const due = await ctx.db
    .select({ id: reportSchedule.id })
    .from(reportSchedule)
    .where(and(eq(reportSchedule.status, 'active'), lte(reportSchedule.nextRunAt, now)))
    .limit(200);
  let queued = 0;
  for (const { id } of due) {
    await ctx.db.transaction(async (tx) => {
      const row = await lockRow(tx, reportSchedule, id);
      if (row.status !== 'active' || row.nextRunAt > now) return;
      const nextRunAt = new Date(nextRun(row.cadence, row.hourOfDay, nowMs));
      await tx.update(reportSchedule).set({ nextRunAt }).where(eq(reportSchedule.id, id));
      const days = daysOf(row.span, dayOf(nowMs));
      const { name, kind, format } = row;
      const asked = { name: `${name} ${days.from}—${days.to}`, kind, format };
      const query = { ...row.query, ...days };
      try {
        await requestExport({ ...ctx, db: tx }, row, { ...asked, query, scheduleId: id });
        queued++;
      } catch (error) {
        if (!(error instanceof Failure)) throw error; // Ten wait already: this one is left out.
      }
    });
  }
  return queued;
}
