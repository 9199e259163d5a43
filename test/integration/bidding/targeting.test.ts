import { expect, test } from 'vitest';
import type { Target } from '../../../db/terms/target.ts';
import { openTestExchange } from '../../kit/exchange.ts';
import { aLineItem, aSnapshot, publishDelta } from '../../kit/snapshot.ts';

/** A Wednesday, ten in the morning in Shanghai: hour 58 of the week. */
const NOW_MS = Date.parse('2026-03-18T10:00:00+08:00');
const { exchange, redis, url } = await openTestExchange(aSnapshot(), { clock: () => NOW_MS });
let version = 1;

/** Gives the one line item a target; on every node within a delta. */
async function aim(target: Target): Promise<void> {
  await publishDelta(redis, {
    fromVersion: version,
    version: ++version,
    publishedAtMs: 0,
    upsert: { lineItems: [aLineItem({ target })] },
    remove: {},
  });
  await exchange.refresh();
}

interface Trace {
  version: number;
  division: { code: string; source: string };
}

async function ask(over: object): Promise<{ won: boolean; trace: Trace }> {
  const answer = await fetch(`${url}/openrtb2/auction`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      id: 'r',
      imp: [{ id: '1', tagid: '201', banner: { format: [{ w: 300, h: 250 }] } }],
      site: { cat: ['culture'], keywords: '杨梅,旅游', publisher: { id: '1' } },
      device: { devicetype: 4, os: 'Android', connectiontype: 7, carrier: '46000' },
      user: { id: 'reader', data: [{ id: 'hongze', segment: [{ id: '7' }, { id: '9' }] }] },
      test: 1,
      ...over,
    }),
  });
  expect(answer.status).toBe(200);
  const json = (await answer.json()) as {
    seatbid?: { bid: unknown[] }[];
    ext: { hongze: { trace: Trace } };
  };
  return { won: (json.seatbid?.[0]?.bid.length ?? 0) > 0, trace: json.ext.hongze.trace };
}

const declared = (divisionCode: string): object => ({ user: { id: 'x', ext: { divisionCode } } });
const at = (lat: number, lon: number): object => ({
  device: { devicetype: 4, geo: { type: 1, lat, lon } },
});
const people = (...ids: string[]): object => ({
  user: { id: 'x', data: [{ id: 'hongze', segment: ids.map((id) => ({ id })) }] },
});
const all = (...of: Target[]): Target => ({ all: of });

/** Each: a target, a request that it accepts and one that it does not. */
const CASES: [string, Target, object, object][] = [
  ['a township', { attribute: 'division', in: ['330110003'] }, declared('330110003'), declared('330110004')],
  ['a city covers its counties', { attribute: 'division', in: ['330100'] }, declared('330106'), declared('330203')],
  ['the outlet’s jurisdiction, wherever the reader is', { attribute: 'outletDivision', in: ['330100'] }, declared('330203'), { imp: [] }],
  ['a tier', { attribute: 'tier', in: ['county'] }, {}, { imp: [] }],
  ['a device', { attribute: 'device', in: ['mobile'] }, {}, { device: { devicetype: 2 } }],
  ['a system', { attribute: 'os', in: ['harmony'] }, { device: { os: 'HarmonyOS' } }, {}],
  ['a connection', { attribute: 'connection', in: ['5g'] }, {}, { device: { connectiontype: 2 } }],
  ['a carrier', { attribute: 'carrier', in: ['mobile'] }, { device: { carrier: '46000' } }, { device: { carrier: '46001' } }],
  ['content categories', { attribute: 'category', in: ['culture'] }, {}, { site: { cat: ['sport'] } }],
  ['keywords of the page', { attribute: 'keyword', in: ['杨梅'] }, {}, { site: { keywords: '房产' } }],
  ['any of some segments', { attribute: 'segment', in: [7, 8] }, people('7'), people('9')],
  ['all of some segments', all({ attribute: 'segment', in: [7] }, { attribute: 'segment', in: [9] }), people('7', '9'), people('7')],
  ['none of some segments', { not: { attribute: 'segment', in: [9] } }, people('7'), people('7', '9')],
  ['a radius', { attribute: 'radius', in: [{ lat: 30.27, lon: 120.15, radiusM: 3000 }] }, at(30.28, 120.16), at(30.4, 120.3)],
  ['a placement of the allow list, not of the deny list', all({ attribute: 'outlet', in: [1] }, { not: { attribute: 'placement', in: [202] } }), {}, { imp: [] }],
]; // biome-ignore format: a table

test.each(CASES)('%s', async (_name, target, match, miss) => {
  await aim(target);
  expect((await ask(match)).won).toBe(true);
  // Where no request can differ, the opposite target must refuse.
  if ('imp' in miss) {
    await aim({ not: target });
    expect((await ask(match)).won).toBe(false);
  } else expect((await ask(miss)).won).toBe(false);
});

test('hours of the Shanghai week, all 168 of them', async () => {
  await aim({ attribute: 'hourOfWeek', in: [58] });
  expect((await ask({})).won).toBe(true);
  await aim({
    attribute: 'hourOfWeek',
    in: Array.from({ length: 168 }, (_, h) => h).filter((h) => h !== 58),
  });
  expect((await ask({})).won).toBe(false);
});

test('where the reader is goes by trust, and the trace says by what', async () => {
  await aim({ all: [] });
  const consented = { device: { geo: { type: 1, region: '', ext: { divisionCode: '330106' } } } };
  const address = { device: { geo: { type: 2, ext: { divisionCode: '330203' } } } };
  expect((await ask(declared('330109'))).trace.division).toEqual({
    code: '330109',
    source: 'declared',
  });
  expect((await ask(address)).trace.division).toEqual({ code: '330110', source: 'outlet' });
  expect((await ask({ ...declared('330109'), ...consented })).trace.division).toEqual({
    code: '330106',
    source: 'consented',
  });
});
