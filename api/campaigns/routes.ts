/** Demand over HTTP: thin; who may enter and whose it is, then one verb. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { idSchema } from '../../db/terms/id.ts';
import { subjectHistory } from '../audit/audit.ts';
import type { AppEnv } from '../context.ts';
import { requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { intakeForm } from '../http/intake.ts';
import { pageQuery } from '../http/paging.ts';
import { templateOf } from '../http/sheet.ts';
import { sheetFile } from '../http/sheetFile.ts';
import { form, idParam, json, query, wire } from '../http/validation.ts';
import {
  asClient,
  copyCampaign,
  createAdvertiser,
  createCampaign,
  editAdvertiser,
  editCampaign,
  setCampaignStatus,
} from './campaigns.ts';
import { lineItemRoutes } from './lineItemRoutes.ts';
import { advertiserOwnership, campaignOwnership } from './ownership.ts';
import {
  diagnoseCampaign,
  listAdvertisers,
  listCampaigns,
  readAdvertiser,
  readCampaign,
} from './queries.ts';
import {
  advertiserEditSchema,
  campaignEditSchema,
  demandFilter,
  newAdvertiserSchema,
  newCampaignSchema,
  statusSchema,
} from './shapes.ts';
import { exportLineItems, importLineItems, LINE_ITEM_COLUMNS } from './sheet.ts';

const tags = ['campaigns'];
const sheetQuery = z.object({ as: z.enum(['csv', 'xlsx']).default('xlsx') });
const list = demandFilter.extend(pageQuery.shape);
const buyer = requireActor('advertiser', 'agency', 'platform:operator');
const viewer = requireActor('advertiser', 'agency', 'platform');
const ownAdvertiser = requireOwned(advertiserOwnership);
const ownCampaign = requireOwned(campaignOwnership);

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
    idempotent(),
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
    idempotent(),
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
    '/campaigns/:id/diagnosis',
    describeRoute({ tags, summary: 'Which of its line items do not deliver, why, and the fix' }),
    viewer,
    ownCampaign,
    idParam(),
    async (c) => {
      const { db, clock } = c.var.ctx;
      return c.json(await diagnoseCampaign(db, c.req.valid('param').id, clock()));
    },
  )
  .get(
    '/campaigns/:id/sheet',
    describeRoute({ tags, summary: 'Its line items as a spreadsheet, to edit and bring back' }),
    viewer,
    ownCampaign,
    idParam(),
    query(sheetQuery),
    async (c) => {
      const sheet = await exportLineItems(c.var.ctx.db, c.req.valid('param').id);
      const file = await sheetFile(sheet, c.req.valid('query').as);
      return c.body(file.bytes, 200, file.headers('line-items'));
    },
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

const sheetRoutes = new Hono<AppEnv>()
  .get(
    '/imports/line-items/template',
    describeRoute({ tags, summary: 'An empty sheet for line items' }),
    buyer,
    query(sheetQuery),
    async (c) => {
      const file = await sheetFile(templateOf(LINE_ITEM_COLUMNS), c.req.valid('query').as);
      return c.body(file.bytes, 200, file.headers('line-items'));
    },
  )
  .post(
    '/imports/line-items',
    describeRoute({ tags, summary: 'Preview a sheet of line items, or take it in whole' }),
    buyer,
    idempotent(),
    form(z.object({ ...intakeForm, campaignId: idSchema })),
    async (c) => {
      const { campaignId, file, apply } = c.req.valid('form');
      const bytes = new Uint8Array(await file.arrayBuffer());
      const input = { campaignId, file: bytes, apply: apply === 'true' };
      return c.json(wire(await importLineItems(c.var.ctx, c.var.actor, input)));
    },
  );

export const campaignRoutes = new Hono<AppEnv>()
  .route('/', advertiserRoutes)
  .route('/', planRoutes)
  .route('/', lineItemRoutes)
  .route('/', sheetRoutes);
