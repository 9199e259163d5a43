/** Contracts over HTTP: the platform drafts and activates, an outlet reads those it is a party to. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { daySchema } from '../../db/terms/day.ts';
import { idSchema } from '../../db/terms/id.ts';
import { MAX_MICRO_CNY, microCnySchema } from '../../db/terms/money.ts';
import type { AppEnv } from '../context.ts';
import { notFound, requireActor } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { decodeIdCursor, encodeCursor, pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import type { Actor } from '../identity/actor.ts';
import { activate, createDraft, createVersion, discardDraft, versionById } from './contracts.ts';
import { assertParties, assertPlace } from './place.ts';
import { listContracts, readContract } from './showing.ts';
import type { ContractVersion } from './version.ts';

const partySchema = z.object({
  outletId: idSchema.nullable(),
  sharePpm: z.number().int().min(0).max(1_000_000),
});
const partiesSchema = z.array(partySchema).min(1).max(20);
const amountSchema = microCnySchema.refine(
  (amount) => amount >= 0n && amount <= MAX_MICRO_CNY,
  '须为零至一亿元|zero to a hundred million yuan',
);
const termsSchema = z.object({
  effectiveFrom: daySchema,
  effectiveTo: daySchema.nullish(),
  minimumMonthlyMicroCny: amountSchema.optional(),
  parties: partiesSchema.optional(),
  tiers: z
    .array(z.object({ fromMicroCny: amountSchema, parties: partiesSchema }))
    .min(1)
    .max(10)
    .optional(),
});
const draftSchema = termsSchema.extend({
  name: z.string().min(1).max(100),
  kind: z.enum(['resale', 'agency']).optional(),
  outletId: idSchema,
  propertyId: idSchema.nullish(),
  placementId: idSchema.nullish(),
  dealId: z.string().min(1).max(64).nullish(),
});

const listSchema = pageQuery.extend({
  outletId: idSchema.optional(),
  status: z.enum(['draft', 'active', 'discarded']).optional(),
});

/** Its own contracts whole; of another's, only active versions it has a share in. */
function sees(actor: Actor, version: ContractVersion): boolean {
  if (actor.kind === 'platform') return true;
  if (actor.outletIds.includes(version.outletId)) return true;
  const party = version.tiers.some((tier) =>
    tier.parties.some((one) => one.outletId !== null && actor.outletIds.includes(one.outletId)),
  );
  return party && version.status === 'active';
}

export const contractRoutes = new Hono<AppEnv>()
  .get(
    '/contracts',
    describeRoute({ tags: ['contracts'], summary: 'Contract versions, newest first' }),
    requireActor('outlet', 'platform'),
    query(listSchema),
    async (c) => {
      const { cursor, ...filter } = c.req.valid('query');
      const { actor, ctx } = c.var;
      const page = await listContracts(ctx.db, {
        ...filter,
        mine: actor.kind === 'platform' ? undefined : actor.outletIds,
        cursor: decodeIdCursor(cursor),
      });
      const nextCursor = page.nextCursor === null ? null : encodeCursor(page.nextCursor);
      return c.json(wire({ items: page.items, nextCursor }));
    },
  )
  .get(
    '/contracts/:id',
    describeRoute({ tags: ['contracts'], summary: 'One version, by its id' }),
    requireActor('outlet', 'platform'),
    idParam(),
    async (c) => {
      const version = await readContract(c.var.ctx.db, c.req.valid('param').id);
      if (!sees(c.var.actor, version)) throw notFound();
      return c.json(wire(version));
    },
  )
  .post(
    '/contracts',
    describeRoute({ tags: ['contracts'], summary: 'Draft a contract with its first version' }),
    requireActor('platform:operator', 'platform:finance'),
    idempotent(),
    json(draftSchema),
    async (c) => {
      const input = { ...c.req.valid('json'), by: c.var.actor.userId };
      await assertPlace(c.var.ctx.db, input);
      await assertParties(c.var.ctx.db, input);
      return c.json(wire(await createDraft(c.var.ctx.db, input)), 201);
    },
  )
  .post(
    '/contracts/:id/versions',
    describeRoute({
      tags: ['contracts'],
      summary: 'Draft the next version of a version’s contract',
    }),
    requireActor('platform:operator', 'platform:finance'),
    idempotent(),
    idParam(),
    json(termsSchema),
    async (c) => {
      const { db } = c.var.ctx;
      const { contractId } = await versionById(db, c.req.valid('param').id);
      const terms = { ...c.req.valid('json'), by: c.var.actor.userId };
      await assertParties(db, terms);
      return c.json(wire(await createVersion(db, contractId, terms)), 201);
    },
  )
  .post(
    '/contracts/:id/activate',
    describeRoute({ tags: ['contracts'], summary: 'Activate a draft: from then on it is frozen' }),
    requireActor('platform:finance'),
    idempotent(),
    idParam(),
    async (c) => {
      const input = { versionId: c.req.valid('param').id, by: c.var.actor.userId };
      return c.json(wire(await activate(c.var.ctx, input)));
    },
  )
  .post(
    '/contracts/:id/discard',
    describeRoute({ tags: ['contracts'], summary: 'Discard a draft' }),
    requireActor('platform:operator', 'platform:finance'),
    idempotent(),
    idParam(),
    async (c) => {
      const input = { versionId: c.req.valid('param').id, by: c.var.actor.userId };
      return c.json(wire(await discardDraft(c.var.ctx.db, input)));
    },
  );
