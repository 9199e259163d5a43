/** Booked lines and days over HTTP: answers, proofs, verdicts, changes. Thin; who may enter and whose it is, then one verb. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { bookingEvidence, LINE_STATUSES, ORDER_STATUSES } from '../../db/schema/bookings.ts';
import { idSchema } from '../../db/terms/id.ts';
import type { AppEnv } from '../context.ts';
import { type Ownership, requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { pageQuery } from '../http/paging.ts';
import { form, idParam, json, query, wire } from '../http/validation.ts';
import { answerChange, askChange } from './changes.ts';
import { addEvidence, readEvidenceFile } from './evidence.ts';
import { judgeDay, missDay, releaseDay } from './fulfilment.ts';
import { changeOwnership, lineOwnership } from './order.ts';
import { listBookings, listChanges, listFulfilment, readBooking } from './queries.ts';
import { answerLine } from './reserving.ts';
import {
  answerSchema,
  changeAnswerSchema,
  changeSchema,
  evidenceForm,
  fulfilmentQuery,
  missSchema,
  releaseSchema,
  verdictSchema,
} from './shapes.ts';

const tags = ['bookings'];
const anyone = requireActor('advertiser', 'agency', 'outlet', 'platform');
const both = requireActor('advertiser', 'agency', 'outlet', 'platform:operator');
const supply = requireActor('outlet', 'platform:operator');
const judge = requireActor('advertiser', 'agency', 'platform:operator', 'platform:reviewer');
const buyer = requireActor('advertiser', 'agency', 'platform:operator');
const own = requireOwned(lineOwnership, 'id', { twoSided: true });
const evidenceOwnership: Ownership = {
  table: bookingEvidence,
  id: bookingEvidence.id,
  outlet: bookingEvidence.outletId,
  advertiser: bookingEvidence.advertiserId,
};

const lineRoutes = new Hono<AppEnv>()
  .get(
    '/bookings',
    describeRoute({ tags, summary: 'Lines that concern me, with their proofs' }),
    anyone,
    query(
      pageQuery.extend({
        outletId: idSchema.optional(),
        status: z.enum(LINE_STATUSES).optional(),
        orderStatus: z.enum(ORDER_STATUSES).optional(),
      }),
    ),
    async (c) => c.json(wire(await listBookings(c.var.ctx.db, c.var.actor, c.req.valid('query')))),
  )
  .get(
    '/bookings/:id',
    describeRoute({ tags, summary: 'A line with its days, proofs and changes' }),
    anyone,
    own,
    idParam(),
    async (c) => c.json(wire(await readBooking(c.var.ctx.db, c.req.valid('param').id))),
  )
  .post(
    '/bookings/:id/answer',
    describeRoute({ tags, summary: 'Accept or decline a reserved line' }),
    supply,
    own,
    idempotent(),
    idParam(),
    json(answerSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await answerLine(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  );

const dayRoutes = new Hono<AppEnv>()
  .get(
    '/fulfilment',
    describeRoute({ tags, summary: 'Booked days to prove, judge or make good, oldest first' }),
    anyone,
    query(pageQuery.extend(fulfilmentQuery.shape)),
    async (c) => {
      const { db, clock } = c.var.ctx;
      const filter = c.req.valid('query');
      return c.json(wire(await listFulfilment(db, c.var.actor, filter, clock())));
    },
  )
  .post(
    '/bookings/:id/evidence',
    describeRoute({ tags, summary: 'Send a proof of play; it joins the line’s chain' }),
    supply,
    own,
    idempotent(),
    idParam(),
    form(evidenceForm),
    async (c) => {
      const { file, ...input } = c.req.valid('form');
      const proof = { ...input, file: new Uint8Array(await file.arrayBuffer()) };
      const { id } = c.req.valid('param');
      return c.json(wire(await addEvidence(c.var.ctx, c.var.actor, id, proof)), 201);
    },
  )
  .get(
    '/evidence/:id/file',
    describeRoute({ tags, summary: 'The file of a proof' }),
    anyone,
    requireOwned(evidenceOwnership),
    idParam(),
    async (c) => {
      const { bytes, mediaType } = await readEvidenceFile(c.var.ctx, c.req.valid('param').id);
      // Shown, never run; and never taken for another type than was examined.
      return c.body(bytes, 200, {
        'content-type': mediaType,
        'content-security-policy': "default-src 'none'; sandbox",
        'x-content-type-options': 'nosniff',
      });
    },
  )
  .post(
    '/bookings/:id/verdict',
    describeRoute({ tags, summary: 'Accept a day’s proof, which charges it, or send it back' }),
    judge,
    own,
    idempotent(),
    idParam(),
    json(verdictSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await judgeDay(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/bookings/:id/miss',
    describeRoute({ tags, summary: 'A day did not run' }),
    supply,
    own,
    idempotent(),
    idParam(),
    json(missSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await missDay(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/bookings/:id/release',
    describeRoute({
      tags,
      summary: 'Take a missed day’s money, or a shortfall’s, back instead of a make-good',
    }),
    buyer,
    own,
    idempotent(),
    idParam(),
    json(releaseSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await releaseDay(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  );

const changeRoutes = new Hono<AppEnv>()
  .post(
    '/bookings/:id/changes',
    describeRoute({ tags, summary: 'Ask to move or drop days, or offer a make-good' }),
    both,
    own,
    idempotent(),
    idParam(),
    json(changeSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await askChange(c.var.ctx, c.var.actor, id, c.req.valid('json'))), 201);
    },
  )
  .get(
    '/booking-changes',
    describeRoute({ tags, summary: 'Changes asked for, newest first' }),
    anyone,
    query(
      pageQuery.extend({
        status: z.enum(['open', 'accepted', 'declined', 'withdrawn']).optional(),
      }),
    ),
    async (c) => c.json(wire(await listChanges(c.var.ctx.db, c.var.actor, c.req.valid('query')))),
  )
  .post(
    '/booking-changes/:id/answer',
    describeRoute({ tags, summary: 'Accept, decline or withdraw a change' }),
    both,
    requireOwned(changeOwnership, 'id', { twoSided: true }),
    idempotent(),
    idParam(),
    json(changeAnswerSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await answerChange(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  );

export const fulfilmentRoutes = new Hono<AppEnv>()
  .route('/', lineRoutes)
  .route('/', dayRoutes)
  .route('/', changeRoutes);
