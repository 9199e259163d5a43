import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { feePpmOf } from '../../../../api/bookings/cancelling.ts';
import { distanceM, readExif } from '../../../../api/bookings/exif.ts';
import { type ChainedPlay, hashOfPlay, readPlayChain } from '../../../../api/bookings/playlog.ts';
import { discounted, guaranteedCpmFen, priceLine } from '../../../../api/bookings/pricing.ts';
import { type Claimed, examine, judgePlays } from '../../../../api/bookings/proof.ts';
import { Failure } from '../../../../db/terms/failure.ts';

const DAY = '2026-03-12';
const place = (property = {}, placement = {}) =>
  ({
    property: { latitude: 30.25, longitude: 120.15, ...property },
    placement: { spotSeconds: 15, airHour: null, ...placement },
  }) as Claimed['place'];
const claim = (over: Partial<Claimed> = {}): Claimed => ({
  day: DAY,
  slots: 2,
  place: place(),
  ...over,
});

/** A photo as a camera writes it, taken at 30°15′ N 120°9′ E. */
const photo = (exif: Record<string, Record<string, string>>) =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: '#c00' } })
    .withExif(exif)
    .jpeg()
    .toBuffer();
const GPS = {
  GPSLatitudeRef: 'N',
  GPSLatitude: '30/1 15/1 0/1',
  GPSLongitudeRef: 'E',
  GPSLongitude: '120/1 9/1 0/1',
};
const TAKEN = { DateTimeOriginal: '2026:03:12 09:30:00' };

describe('a photo', () => {
  test('says where and when it was taken', async () => {
    const exif = readExif(new Uint8Array(await photo({ IFD2: TAKEN, IFD3: GPS })));
    expect(exif).toEqual({ latitude: 30.25, longitude: 120.15, takenAt: '2026-03-12T09:30:00' });
  });

  test('of the right place and day has no findings', async () => {
    const file = new Uint8Array(await photo({ IFD2: TAKEN, IFD3: GPS }));
    const { findings, facts } = await examine('photo', file, claim());
    expect([findings, facts.distanceM]).toEqual([[], 0]);
  });

  test('of another place or day is found out; one that says nothing is for a person to look at', async () => {
    const file = new Uint8Array(await photo({ IFD2: TAKEN, IFD3: GPS }));
    const wrong = claim({ day: '2026-03-13', place: place({ latitude: 30.3 }) });
    const codes = (await examine('photo', file, wrong)).findings.map((one) => one.code);
    expect(codes).toEqual(['far_away', 'other_day']);
    const bare = new Uint8Array(await photo({}));
    const silent = (await examine('photo', bare, claim())).findings;
    expect(silent.map((one) => [one.code, one.severity])).toEqual([
      ['no_place', 'warns'],
      ['no_time', 'warns'],
    ]);
  });

  test('whose offsets lead nowhere says nothing and breaks nothing', async () => {
    const file = new Uint8Array(await photo({ IFD2: TAKEN, IFD3: GPS }));
    const random = new Uint8Array(file);
    for (let i = 0; i < 800; i++) {
      const at = 20 + ((i * 7) % 200);
      random[at] = (i * 31) % 256;
      expect(() => readExif(random)).not.toThrow();
    }
  });

  test('is no SVG and no script', async () => {
    const svg = new TextEncoder().encode(
      '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
    );
    await expect(examine('photo', svg, claim())).rejects.toThrow('SVG');
    await expect(examine('photo', new TextEncoder().encode('<script>'), claim())).rejects.toThrow(
      Failure,
    );
  });

  test('is as far away as the earth is round', () => {
    const a = { latitude: 30.25, longitude: 120.15 };
    expect(distanceM(a, { latitude: 30.26, longitude: 120.15 })).toBeCloseTo(1_112, 0);
  });
});

function chain(count: number, durationMs = 15_000): ChainedPlay[] {
  const plays: ChainedPlay[] = [];
  for (let i = 0; i < count; i++) {
    const play = {
      seq: i + 1,
      at: `2026-03-12T08:0${i}:00+08:00`,
      device: 'screen-1',
      creative: 'creative:7',
      durationMs,
      previousHash: plays.at(-1)?.hash ?? '0'.repeat(64),
    };
    plays.push({ ...play, hash: hashOfPlay(play) });
  }
  return plays;
}
const lines = (plays: readonly ChainedPlay[]) => plays.map((one) => JSON.stringify(one)).join('\n');

describe('a screen’s log', () => {
  test('is counted by Shanghai day and hour', () => {
    expect(readPlayChain(lines(chain(2)))).toEqual([
      { day: DAY, hour: 8, seconds: 15 },
      { day: DAY, hour: 8, seconds: 15 },
    ]);
  });

  test('with a line altered, left out, slipped in or swapped is refused at that line', () => {
    const whole = chain(4);
    const altered = whole.map((one, i) => (i === 2 ? { ...one, durationMs: 30_000 } : one));
    expect(() => readPlayChain(lines(altered))).toThrow('line 3');
    expect(() => readPlayChain(lines(whole.filter((_, i) => i !== 1)))).toThrow('line 2');
    expect(() => readPlayChain(lines([...whole.slice(0, 2), ...whole.slice(1)]))).toThrow('line 3');
    const swapped = [whole[0], whole[2], whole[1]] as ChainedPlay[];
    expect(() => readPlayChain(lines(swapped))).toThrow('line 2');
  });
});

describe('plays', () => {
  const play = (over = {}) => ({ day: DAY, hour: 18, seconds: 15, ...over });
  test('count when they are of the day, long enough and in the hour that was sold', () => {
    const at18 = claim({ place: place({}, { airHour: 18 }) });
    const good = judgePlays([play(), play()], at18);
    expect([good.facts.plays, good.findings]).toEqual([2, []]);
    const mixed = [play(), play({ hour: 3 }), play({ seconds: 5 }), play({ day: '2026-03-11' })];
    const { facts, findings } = judgePlays(mixed, at18);
    expect(facts.plays).toBe(1);
    expect(findings.map((one) => one.code)).toEqual(['too_short', 'other_hour', 'too_few']);
  });

  test('come from a broadcaster’s sheet too', async () => {
    const csv = '播出日期,播出时间,时长（秒）\n2026-03-12,18:29:45,15\n2026-03-12,18:44:00,15\n';
    const at18 = claim({ place: place({}, { airHour: 18 }) });
    const { facts, findings, extension } = await examine(
      'as_run',
      new TextEncoder().encode(csv),
      at18,
    );
    expect([facts.plays, findings, extension]).toEqual([2, [], 'csv']);
    const wrong = csv.replace('18:44:00', '25:44');
    await expect(examine('as_run', new TextEncoder().encode(wrong), at18)).rejects.toThrow('B3');
  });
});

describe('a price', () => {
  const rates = [
    { placementId: 1, unit: 'CPD_DAY' as const, from: '2026-03-01', priceFen: 10_000 },
    { placementId: 1, unit: 'CPD_DAY' as const, from: '2026-03-03', priceFen: 15_001 },
    { placementId: 1, unit: 'CPM' as const, from: '2026-03-01', priceFen: 1_999 },
  ];
  const line = {
    placementId: 1, unit: 'CPD_DAY' as const, startsOn: '2026-03-02', endsOn: '2026-03-03', slots: 2, impressions: null,
  }; // biome-ignore format: one row

  test('is the sum of its days’, each less the discount, to the µCNY', () => {
    const priced = priceLine(line, rates, 333_333, '');
    if ('zh' in priced) throw new Error(priced.en);
    expect(priced.listMicroCny).toBe(500_020_000n);
    expect(priced.priceMicroCny).toBe(
      priced.days.reduce((sum, one) => sum + one.priceMicroCny, 0n),
    );
    expect(priced.days[0]?.priceMicroCny).toBe(discounted(100_000_000n, 333_333) * 2n);
  });

  test('of guaranteed impressions divides into whole fen a thousand', () => {
    const cpm = { ...line, unit: 'CPM' as const, impressions: 123_457, slots: 1 };
    const priced = priceLine(cpm, rates, 100_000, '');
    if ('zh' in priced) throw new Error(priced.en);
    expect(priced.cpmFen).toBe(guaranteedCpmFen(1_999, 100_000));
    expect(priced.priceMicroCny).toBe(BigInt(priced.cpmFen ?? 0) * 10n * 123_457n);
  });

  test('that nobody published names the day', () => {
    const early = { ...line, startsOn: '2026-02-28' };
    expect(priceLine(early, rates, 0, '/lines/0')).toMatchObject({ pointer: '/lines/0/unit' });
  });
});

test('cancelling costs by the notice each day gets, counted from its Shanghai midnight', () => {
  const at = (text: string) => feePpmOf(DAY, Date.parse(text));
  expect(at('2026-03-09T00:00:00+08:00')).toBe(0);
  expect(at('2026-03-09T00:00:01+08:00')).toBe(300_000);
  expect(at('2026-03-11T00:00:01+08:00')).toBe(500_000);
  expect(at('2026-03-12T00:00:01+08:00')).toBeUndefined();
});
