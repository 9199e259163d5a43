/**
 * The exchange's public endpoints as OpenAPI 3.1, served at `/openapi.json`. Owns the words; a test asks a running exchange for every
 * path and method named here, and finds every path that the exchange answers named.
 */
import { z } from 'zod';
import { MAX_BODY_BYTES, MAX_INFLATED_BYTES } from './body.ts';
import { playlistSchema, proofsSchema } from './player.ts';

type Json = Record<string, unknown>;

const text = (description: string, type: string): Json => ({
  description,
  content: { [type]: { schema: { type: 'string' } } },
});
const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const json = (description: string, schema: Json, type = 'application/json'): Json => ({
  description,
  content: { [type]: { schema } },
});
const PROBLEM = json('RFC 9457 problem', ref('Problem'), 'application/problem+json');
const REFUSALS = { '400': PROBLEM, '408': PROBLEM, '413': PROBLEM, '415': PROBLEM };
const query = (name: string, description: string, schema: Json = { type: 'string' }): Json => ({
  name,
  in: 'query',
  description,
  schema,
});
const NO_BID = {
  description:
    'No bid; no body. The reason stands in a header, and the version of the market that gave it.',
  headers: {
    'x-no-bid': { schema: { type: 'string' } },
    'x-snapshot-version': { schema: { type: 'integer' } },
  },
};
const REQUEST_BODY = (types: readonly string[]): Json => ({
  required: true,
  description: `At most ${MAX_BODY_BYTES} bytes, ${MAX_INFLATED_BYTES} inflated; 64 imps, 1,000 elements a list, depth 64.`,
  content: Object.fromEntries(types.map((type) => [type, { schema: ref('BidRequest') }])),
});

const auction: Json = {
  post: {
    summary: 'Bid request, OpenRTB 2.6 (2.5 places of later fields included)',
    description:
      'The account in `site.publisher.id`, the placement in `imp.tagid`, `imp.ext.prebid.storedrequest.id` or `imp.ext.prebid.bidder.*.placement`. Prices are gross CNY CPM; name currencies, for OpenRTB’s default is USD. `test: 1` or the header `x-hongze-debug` with an authorised key returns the trace in `ext.hongze.trace`; nothing is billed in a test.',
    parameters: [
      query('gzip', '`1`: the body is zipped although no header says so (Prebid)'),
      {
        name: 'x-openrtb-version',
        in: 'header',
        schema: { type: 'string', pattern: '^2(\\.\\d+)?$' },
      },
    ],
    requestBody: REQUEST_BODY(['application/json', 'text/plain']),
    responses: { '200': json('Bids', ref('BidResponse')), '204': NO_BID, ...REFUSALS },
  },
};

const supply: Json = {
  parameters: [{ name: 'code', in: 'path', required: true, schema: { type: 'string' } }],
  post: {
    summary: 'Bid request of another exchange',
    description:
      'A partner’s own request; its pages stand for the placements of its outlet. `source.schain` must end with the partner’s domain, and be complete where the partner is held to it. Bids are net of our share. `burl` carries the macro AUCTION_PRICE: settlement is by the price reported there.',
    security: [{ partnerKey: [] }],
    requestBody: REQUEST_BODY(['application/json']),
    responses: {
      '200': json('Bids', ref('BidResponse')),
      '204': NO_BID,
      '401': PROBLEM,
      '429': PROBLEM,
      ...REFUSALS,
    },
  },
};

const tracker = (summary: string, extra: Json[] = [], click = false): Json => {
  const responses = click
    ? {
        '302': { description: 'To the landing page of the approved creative' },
        '400': PROBLEM,
        '410': PROBLEM,
      }
    : { '200': text('A transparent pixel, whatever became of the call', 'image/gif') };
  const parameters = [query('t', 'The ad’s sealed token'), ...extra];
  const operation = { summary, parameters, responses };
  return click ? { get: operation } : { get: operation, post: operation };
};

const page = (summary: string, type: string, parameters: Json[] = []): Json => ({
  get: { summary, parameters, responses: { '200': text(summary, type) } },
});

const player = (summary: string, schema: z.ZodType, answer: Json): Json => ({
  post: {
    summary,
    security: [{ playerKey: [] }],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: z.toJSONSchema(schema, { io: 'input' }) } },
    },
    responses: { ...answer, '401': PROBLEM, '429': PROBLEM, ...REFUSALS },
  },
});

const PROPERTY = query('property', 'Property id; all outlets where none is named');

const PATHS: Record<string, Json> = {
  '/openrtb2/auction': auction,
  '/openrtb2/supply/{code}': supply,
  '/t/i': tracker('Impression; with `b=1` the bill notice, with `p` a reported price', [
    query('b', '`1`: a bill notice'),
    query('p', 'Price the bid cleared at, CPM'),
  ]),
  '/t/v': tracker('Viewable', [query('g', '`width,height,visible%,ms`')]),
  '/t/c': tracker('Click', [], true),
  '/t/e': tracker('Progress of a video or audio', [query('e', 'Event, as VAST names it')]),
  '/t/f': tracker('A reader’s word on the ad', [
    query('what', 'Kind', { enum: ['notInterested', 'report', 'why', 'close'] }),
    query('reason', 'Of a report'),
  ]),
  '/vast': page('An auction for players, answered as VAST', 'application/xml', [
    query('placement', 'Placement id'),
    query('v', 'VAST version', { enum: ['4.2', '4.1', '4.0', '3.0', '2.0'] }),
    query('type', '`wrapper`: our trackers around a second document'),
    query('pod', 'Ads in a row, 1 to 8'),
    query('t', 'Token of a bid that was won: its document'),
  ]),
  '/dooh/playlist': player('Spots for an outdoor screen', playlistSchema, {
    '200': json('Spots and the head of the screen’s chain', { type: 'object' }),
  }),
  '/dooh/proofs': player('What the screen played, up to 30 days late', proofsSchema, {
    '200': json('How many counted, which were refused, and the new head', { type: 'object' }),
    '202': json('Not stored yet: send the same again', { type: 'object' }),
    '409': json('The chain does not follow on `head`', ref('Problem'), 'application/problem+json'),
  }),
  '/tag.js': page('The tag for outlets’ pages', 'text/javascript'),
  '/player.js': page('The tag’s player', 'text/javascript'),
  '/cookie_sync': {
    post: {
      summary: 'Prebid’s cookie sync: nothing to sync',
      responses: { '200': json('Empty list', { type: 'object' }) },
    },
  },
  '/setuid': page('Prebid’s setuid: nothing is stored', 'image/gif'),
  '/sellers.json': page('sellers.json 1.0', 'application/json'),
  '/ads.txt': page('ads.txt 1.1 for a property', 'text/plain', [PROPERTY]),
  '/app-ads.txt': page('app-ads.txt 1.1 for a property', 'text/plain', [PROPERTY]),
  '/why': page('Why a reader sees an ad, and how to object', 'text/html'),
  '/demo': page('Demo pages, one a format', 'text/html'),
  '/health': page('This node’s health', 'application/json'),
  '/metrics': page('Prometheus metrics', 'text/plain'),
  '/openapi.json': page('This document', 'application/json'),
  '/robots.txt': page('RFC 9309', 'text/plain'),
  '/.well-known/api-catalog': page('RFC 9727', 'application/linkset+json'),
  '/.well-known/security.txt': page('RFC 9116', 'text/plain'),
  '/.well-known/hongze-chain.json': page('Key of our signed hops', 'application/json'),
  '/.well-known/gpc.json': page('Global Privacy Control', 'application/json'),
};

const bid = {
  type: 'object',
  required: ['id', 'impid', 'price', 'crid', 'adomain', 'w', 'h', 'mtype', 'adm', 'burl'],
  properties: {
    id: { type: 'string' },
    impid: { type: 'string' },
    price: { type: 'number', description: 'CPM in `cur`' },
    crid: { type: 'string' },
    adomain: { type: 'array', items: { type: 'string' } },
    w: { type: 'integer' },
    h: { type: 'integer' },
    mtype: { enum: [1, 2, 3, 4] },
    dealid: { type: 'string' },
    exp: { type: 'integer' },
    nurl: { type: 'string' },
    burl: { type: 'string' },
    adm: { type: 'string' },
  },
};

const SCHEMAS: Record<string, Json> = {
  BidRequest: {
    type: 'object',
    description:
      'OpenRTB 2.6 §3.2.1; unknown fields and enum values are passed over, `ext` travels to partners.',
    required: ['id', 'imp'],
    properties: {
      id: { type: 'string', maxLength: 128 },
      imp: { type: 'array', minItems: 1, maxItems: 64, items: { type: 'object' } },
      cur: { type: 'array', items: { type: 'string' }, examples: [['CNY']] },
      tmax: { type: 'integer', minimum: 0 },
      test: { enum: [0, 1] },
      wseat: { type: 'array', items: { type: 'string' } },
      bseat: { type: 'array', items: { type: 'string' } },
    },
  },
  BidResponse: {
    type: 'object',
    required: ['id', 'bidid', 'cur', 'seatbid'],
    properties: {
      id: { type: 'string' },
      bidid: { type: 'string' },
      cur: { const: 'CNY' },
      seatbid: {
        type: 'array',
        items: {
          type: 'object',
          properties: { seat: { type: 'string' }, bid: { type: 'array', items: bid } },
        },
      },
    },
  },
  Problem: {
    type: 'object',
    required: ['type', 'title', 'status', 'code', 'detail'],
    properties: {
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      code: { type: 'string' },
      detail: { type: 'object', properties: { zh: { type: 'string' }, en: { type: 'string' } } },
      errors: {
        type: 'array',
        items: {
          type: 'object',
          properties: { pointer: { type: 'string' }, section: { type: 'string' } },
        },
      },
    },
  },
};

export const DESCRIBED_PATHS = Object.keys(PATHS);

export const describeExchange = (exchangeUrl: string): string =>
  JSON.stringify({
    openapi: '3.1.0',
    info: {
      title: 'Hongze exchange',
      version: '1.0.0',
      description: 'OpenRTB 2.6 both ways, trackers, VAST, outdoor screens, transparency files.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: exchangeUrl }],
    paths: PATHS,
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        partnerKey: {
          type: 'http',
          scheme: 'bearer',
          description: '`hzs_…`, told once when opened',
        },
        playerKey: { type: 'http', scheme: 'bearer', description: '`hzp_…`, of one screen' },
      },
    },
  });
