/** The same service as one would write it first: Hono, a zod schema, one ioredis call an auction, JSON.stringify. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { runAuction } from '../../../bidding/engine/auction.ts';
import { findCandidates, newFound } from '../../../bidding/engine/candidates.ts';
import { newImp } from '../../../bidding/openrtb/imp.ts';
import { newBidRequest } from '../../../bidding/openrtb/message.ts';
import { understand } from '../../../bidding/openrtb/understand.ts';
import { followMarket } from '../../../bidding/state/snapshot.ts';
import { keys } from '../../../bidding/wire/keys.ts';

const redis = new Redis(process.env.REDIS_URL ?? '');
const feed = followMarket(redis, () => {});
await feed.refresh();

const schema = z.object({
  id: z.string(),
  imp: z.array(
    z.looseObject({
      id: z.string(),
      tagid: z.string(),
      bidfloor: z.number().optional(),
      banner: z
        .looseObject({ format: z.array(z.looseObject({ w: z.number(), h: z.number() })) })
        .optional(),
    }),
  ),
  site: z.looseObject({
    page: z.string().optional(),
    cat: z.array(z.string()).optional(),
    keywords: z.string().optional(),
    publisher: z.looseObject({ id: z.string() }),
  }),
  device: z.looseObject({
    ua: z.string(),
    os: z.string(),
    devicetype: z.number(),
    connectiontype: z.number(),
  }),
  user: z.looseObject({
    id: z.string(),
    ext: z.looseObject({ divisionCode: z.string() }),
    data: z.array(z.looseObject({ segment: z.array(z.looseObject({ id: z.string() })) })),
  }),
  cur: z.array(z.string()),
  at: z.number(),
});

const app = new Hono();
app.post('/openrtb2/auction', async (c) => {
  const body = schema.parse(await c.req.json());
  const message = newBidRequest();
  message.id = body.id;
  message.channels = 1;
  message.publisherId = body.site.publisher.id;
  message.userId = body.user.id;
  message.userDivision = body.user.ext.divisionCode;
  message.segments = body.user.data.flatMap((each) => each.segment.map((segment) => segment.id));
  for (const each of body.imp) {
    const imp = newImp();
    imp.id = each.id;
    imp.tagId = each.tagid;
    message.imps.push(imp);
  }
  const request = understand(message, Date.now(), 'salt');
  const market = feed.market;
  if (!market || typeof request === 'string') return c.body(null, 204);
  await redis.getBuffer(keys.caps(request.userHash));
  const outcome = runAuction(findCandidates(market, request, newFound()), {});
  const win = outcome.imps[0]?.win;
  if (!win?.candidate) return c.body(null, 204);
  const { creative } = win.candidate;
  const adm = `<a href="${creative.landingUrl}"><img src="${creative.content.imageUrl}"></a>`;
  return c.json({
    id: body.id,
    cur: 'CNY',
    seatbid: [
      {
        seat: 'plain',
        bid: [
          { id: '1', impid: '1', price: win.priceMicroCny / 1000, adm, crid: String(creative.id) },
        ],
      },
    ],
  });
});
serve({ fetch: app.fetch, port: Number(process.env.EXCHANGE_PORT), hostname: '127.0.0.1' }, () => {
  process.stdout.write('listening\n');
});
