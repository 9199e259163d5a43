/** Invoices over HTTP: titles, lists, and both directions' steps. Thin: who may enter and whose it is, then one verb. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import {
  INVOICE_DIRECTIONS,
  INVOICE_KINDS,
  INVOICE_STATUSES,
  invoice,
} from '../../db/schema/invoices.ts';
import { statement } from '../../db/schema/statements.ts';
import { idSchema } from '../../db/terms/id.ts';
import { fenSchema } from '../../db/terms/money.ts';
import type { AppEnv } from '../context.ts';
import { assertActsFor, notFound, ownedBy, requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import {
  cancelOutgoing,
  declineOutgoing,
  deductIncoming,
  invoiceableOf,
  invoiceDetail,
  issueOutgoing,
  listInvoices,
  registerIncoming,
  rejectIncoming,
  requestOutgoing,
  verifyIncoming,
} from './invoices.ts';
import { numberFields, OWNED, parties, positiveFen, taxNo, text } from './shapes.ts';

const tags = ['invoices'];
const ownStatement = requireOwned({
  table: statement,
  id: statement.id,
  outlet: statement.outletId,
});
const ownInvoice = requireOwned(OWNED);
const buyers = requireActor('advertiser:finance', 'agency:finance');
const finance = requireActor('platform:finance');

const reason = z.object({ reason: text(500) });
const listQuery = pageQuery.extend({
  direction: z.enum(INVOICE_DIRECTIONS).optional(),
  status: z.enum(INVOICE_STATUSES).optional(),
  advertiserId: idSchema.optional(),
  outletId: idSchema.optional(),
  statementId: idSchema.optional(),
});
const requestSchema = z.object({
  advertiserId: idSchema,
  kind: z.enum(INVOICE_KINDS),
  totalFen: positiveFen,
  remark: text(200).optional(),
});
const incomingSchema = z.object({
  ...numberFields,
  kind: z.enum(INVOICE_KINDS),
  sellerTaxNo: taxNo,
  buyerTaxNo: taxNo,
  amountFen: positiveFen,
  taxRatePpm: z.number().int().min(0).max(1_000_000),
  taxFen: fenSchema.transform(BigInt),
  totalFen: positiveFen,
  remark: text(200).optional(),
});
const monthSchema = z.object({
  month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, '应为 YYYY-MM|must be YYYY-MM'),
});

const readRoutes = new Hono<AppEnv>()
  .get(
    '/invoices',
    describeRoute({ tags, summary: 'Invoices, newest first' }),
    parties,
    query(listQuery),
    async (c) => {
      const owned = ownedBy(c.var.actor, {
        outlet: invoice.outletId,
        advertiser: invoice.advertiserId,
      });
      const page = await listInvoices(c.var.ctx.db, { ...c.req.valid('query'), owned });
      return c.json(wire(page));
    },
  )
  .get(
    '/invoices/available',
    describeRoute({ tags, summary: 'How much of an advertiser’s charges can be invoiced' }),
    requireActor('advertiser', 'agency', 'platform'),
    query(z.object({ advertiserId: idSchema })),
    async (c) => {
      const { advertiserId } = c.req.valid('query');
      assertActsFor(c.var.actor, { advertiserId });
      return c.json(wire(await invoiceableOf(c.var.ctx.db, advertiserId)));
    },
  )
  .get(
    '/invoices/:id',
    describeRoute({ tags, summary: 'An invoice with its red letters and red invoices' }),
    parties,
    ownInvoice,
    idParam(),
    async (c) => {
      const found = await invoiceDetail(c.var.ctx.db, c.req.valid('param').id);
      if (!found) throw notFound();
      return c.json(wire(found));
    },
  );

const outgoingRoutes = new Hono<AppEnv>()
  .post(
    '/invoices',
    describeRoute({ tags, summary: 'Ask for an invoice of what was charged' }),
    buyers,
    idempotent(),
    json(requestSchema),
    async (c) => {
      const input = c.req.valid('json');
      assertActsFor(c.var.actor, { advertiserId: input.advertiserId });
      return c.json(wire(await requestOutgoing(c.var.ctx, input, c.var.actor.userId)), 201);
    },
  )
  .post(
    '/invoices/:id/cancel',
    describeRoute({ tags, summary: 'Take a request back' }),
    buyers,
    ownInvoice,
    idempotent(),
    idParam(),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await cancelOutgoing(c.var.ctx, id, c.var.actor.userId)));
    },
  )
  .post(
    '/invoices/:id/issue',
    describeRoute({ tags, summary: 'Issued, under the tax authority’s number' }),
    finance,
    idempotent(),
    idParam(),
    json(z.object(numberFields)),
    async (c) => {
      const input = { ...c.req.valid('json'), by: c.var.actor.userId };
      return c.json(wire(await issueOutgoing(c.var.ctx, c.req.valid('param').id, input)));
    },
  )
  .post(
    '/invoices/:id/decline',
    describeRoute({ tags, summary: 'Decline a request, with the reason' }),
    finance,
    idempotent(),
    idParam(),
    json(reason),
    async (c) => {
      const input = { ...c.req.valid('json'), by: c.var.actor.userId };
      return c.json(wire(await declineOutgoing(c.var.ctx, c.req.valid('param').id, input)));
    },
  );

const incomingRoutes = new Hono<AppEnv>()
  .post(
    '/statements/:id/invoices',
    describeRoute({ tags, summary: 'Register the outlet’s invoice for a confirmed statement' }),
    requireActor('outlet:finance', 'platform:finance'),
    ownStatement,
    idempotent(),
    idParam(),
    json(incomingSchema),
    async (c) => {
      const input = { ...c.req.valid('json'), statementId: c.req.valid('param').id };
      return c.json(wire(await registerIncoming(c.var.ctx, input, c.var.actor.userId)), 201);
    },
  )
  .post(
    '/invoices/:id/verify',
    describeRoute({ tags, summary: 'Checked with the tax authority: it now counts' }),
    finance,
    idempotent(),
    idParam(),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await verifyIncoming(c.var.ctx, id, c.var.actor.userId)));
    },
  )
  .post(
    '/invoices/:id/reject',
    describeRoute({ tags, summary: 'Send it back, with the reason' }),
    finance,
    idempotent(),
    idParam(),
    json(reason),
    async (c) => {
      const input = { ...c.req.valid('json'), by: c.var.actor.userId };
      return c.json(wire(await rejectIncoming(c.var.ctx, c.req.valid('param').id, input)));
    },
  )
  .post(
    '/invoices/:id/deduct',
    describeRoute({ tags, summary: 'Use it for deduction in a month' }),
    finance,
    idempotent(),
    idParam(),
    json(monthSchema),
    async (c) => {
      const input = { ...c.req.valid('json'), by: c.var.actor.userId };
      return c.json(wire(await deductIncoming(c.var.ctx, c.req.valid('param').id, input)));
    },
  );

export const invoiceRoutes = new Hono<AppEnv>()
  .route('/', readRoutes)
  .route('/', outgoingRoutes)
  .route('/', incomingRoutes);
