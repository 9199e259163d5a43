/** Demand over HTTP: thin; who may enter and whose it is, then one verb. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { subjectHistory } from '../audit/audit.ts';
import type { AppEnv } from '../context.ts';
import { requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import {
  advertiserOwnership,
  asClient,
  campaignOwnership,
  copyCampaign,
  createAdvertiser,
  createCampaign,
  editAdvertiser,
  editCampaign,
  setCampaignStatus,
} from './campaigns.ts';
import {
  bulkEditLineItems,
  copyLineItem,
  createLineItem,
  editLineItem,
  lineItemOwnership,
  setCreatives,
  setLineItemStatus,
} from './lineItems.ts';
import {
  diagnoseLineItem,
  listAdvertisers,
  listCampaigns,
  listLineItems,
  readAdvertiser,
  readCampaign,
  readLineItem,
} from './queries.ts';
import {
  advertiserEditSchema,
  bulkEditSchema,
  campaignEditSchema,
  demandFilter,
  lineItemEditSchema,
  linksSchema,
  newAdvertiserSchema,
  newCampaignSchema,
  newLineItemSchema,
  statusSchema,
} from './shapes.ts';

const tags = ['campaigns'];
const list = demandFilter.extend(pageQuery.shape);
const buyer = requireActor('advertiser', 'agency', 'platform:operator');
const viewer = requireActor('advertiser', 'agency', 'platform');
const ownAdvertiser = requireOwned(advertiserOwnership);
const ownCampaign = requireOwned(campaignOwnership);
const ownLineItem = requireOwned(lineItemOwnership);

const advertiserRoutes = new Hono<AppEnv>()
  .get(
    '/advertisers',
    describeRoute({ tags, summary: 'Advertisers I act for' }),
    viewer,
    query(list),
    async (c) => {
      const filter = c.req.valid('query');
      return c.json(wire(await listAdvertisers(c.var.ctx.db, c.var.actor, filter, filter)));
    },
  )
  .post(
    '/advertisers',
    describeRoute({ tags, summary: 'Take an advertiser in; an agency: as its client' }),
    requireActor('agency', 'platform:operator'),
    idempotent(),
    json(newAdvertiserSchema),
    async (c) => {
      const { ctx, actor } = c.var;
      const input = asClient(actor, c.req.valid('json'));
      return c.json(wire(await createAdvertiser(ctx, actor, input)), 201);
    },
  )
  .get(
    '/advertisers/:id',
    describeRoute({ tags, summary: 'An advertiser' }),
    viewer,
    ownAdvertiser,
    idParam(),
    async (c) => c.json(wire(await readAdvertiser(c.var.ctx.db, c.req.valid('param').id))),
  )
  .patch(
    '/advertisers/:id',
    describeRoute({ tags, summary: 'Edit an advertiser' }),
    buyer,
    ownAdvertiser,
    idParam(),
    json(advertiserEditSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await editAdvertiser(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  );

const planRoutes = new Hono<AppEnv>()
  .get(
    '/campaigns',
    describeRoute({ tags, summary: 'Campaigns with what they spent' }),
    viewer,
    query(list),
    async (c) => {
      const filter = c.req.valid('query');
      return c.json(wire(await listCampaigns(c.var.ctx.db, c.var.actor, filter, filter)));
    },
  )
  .post(
    '/campaigns',
    describeRoute({ tags, summary: 'Start a campaign as a draft' }),
    buyer,
    idempotent(),
    json(newCampaignSchema),
    async (c) =>
      c.json(wire(await createCampaign(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .get(
    '/campaigns/:id',
    describeRoute({ tags, summary: 'A campaign' }),
    viewer,
    ownCampaign,
    idParam(),
    async (c) => c.json(wire(await readCampaign(c.var.ctx.db, c.req.valid('param').id))),
  )
  .patch(
    '/campaigns/:id',
    describeRoute({ tags, summary: 'Edit a campaign' }),
    buyer,
    ownCampaign,
    idParam(),
    json(campaignEditSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await editCampaign(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/campaigns/:id/status',
    describeRoute({ tags, summary: 'Activate, pause, end or archive' }),
    buyer,
    ownCampaign,
    idempotent(),
    idParam(),
    json(statusSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await setCampaignStatus(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/campaigns/:id/copy',
    describeRoute({ tags, summary: 'A draft with the same line items' }),
    buyer,
    ownCampaign,
    idempotent(),
    idParam(),
    async (c) =>
      c.json(wire(await copyCampaign(c.var.ctx, c.var.actor, c.req.valid('param').id)), 201),
  )
  .get(
    '/campaigns/:id/history',
    describeRoute({ tags, summary: 'Who changed what' }),
    viewer,
    ownCampaign,
    idParam(),
    query(pageQuery),
    async (c) => {
      const subject = `campaign:${c.req.valid('param').id}` as const;
      return c.json(wire(await subjectHistory(c.var.ctx.db, subject, c.req.valid('query'))));
    },
  );

const lineItemRoutes = new Hono<AppEnv>()
  .get(
    '/line-items',
    describeRoute({ tags, summary: 'Line items with what they spent' }),
    viewer,
    query(list),
    async (c) => {
      const filter = c.req.valid('query');
      return c.json(wire(await listLineItems(c.var.ctx.db, c.var.actor, filter, filter)));
    },
  )
  .post(
    '/line-items',
    describeRoute({ tags, summary: 'Add a line item as a draft' }),
    buyer,
    idempotent(),
    json(newLineItemSchema),
    async (c) =>
      c.json(wire(await createLineItem(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .get(
    '/line-items/:id',
    describeRoute({ tags, summary: 'A line item' }),
    viewer,
    ownLineItem,
    idParam(),
    async (c) => c.json(wire(await readLineItem(c.var.ctx.db, c.req.valid('param').id))),
  )
  .patch(
    '/line-items/:id',
    describeRoute({ tags, summary: 'Edit a line item' }),
    buyer,
    ownLineItem,
    idParam(),
    json(lineItemEditSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await editLineItem(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/line-items/bulk-edit',
    describeRoute({ tags, summary: 'Edit many line items, all or none' }),
    buyer,
    idempotent(),
    json(bulkEditSchema),
    async (c) => c.json(wire(await bulkEditLineItems(c.var.ctx, c.var.actor, c.req.valid('json')))),
  )
  .post(
    '/line-items/:id/status',
    describeRoute({ tags, summary: 'Activate, pause, end or archive' }),
    buyer,
    ownLineItem,
    idempotent(),
    idParam(),
    json(statusSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await setLineItemStatus(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .put(
    '/line-items/:id/creatives',
    describeRoute({ tags, summary: 'Choose what it shows' }),
    buyer,
    ownLineItem,
    idParam(),
    json(linksSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await setCreatives(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/line-items/:id/copy',
    describeRoute({ tags, summary: 'A draft of the same' }),
    buyer,
    ownLineItem,
    idempotent(),
    idParam(),
    async (c) =>
      c.json(wire(await copyLineItem(c.var.ctx, c.var.actor, c.req.valid('param').id)), 201),
  )
  .get(
    '/line-items/:id/diagnosis',
    describeRoute({ tags, summary: 'Why it is not delivering, and the fix' }),
    viewer,
    ownLineItem,
    idParam(),
    async (c) => {
      const { db, clock } = c.var.ctx;
      return c.json(await diagnoseLineItem(db, c.req.valid('param').id, clock()));
    },
  )
  .get(
    '/line-items/:id/history',
    describeRoute({ tags, summary: 'Who changed what' }),
    viewer,
    ownLineItem,
    idParam(),
    query(pageQuery),
    async (c) => {
      const subject = `lineItem:${c.req.valid('param').id}` as const;
      return c.json(wire(await subjectHistory(c.var.ctx.db, subject, c.req.valid('query'))));
    },
  );

export const campaignRoutes = new Hono<AppEnv>()
  .route('/', advertiserRoutes)
  .route('/', planRoutes)
  .route('/', lineItemRoutes);
