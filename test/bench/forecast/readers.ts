/** A day's readers and their requests: people with a home, a phone and tastes, who come back tomorrow more or less. */
import { placeOf } from '../../../bidding/engine/place.ts';
import { newRequest } from '../../../bidding/engine/request.ts';
import type { Logged } from '../../../bidding/engine/requestLog.ts';
import { isInRequestSample, isInUserSample, SAMPLE_ONE_IN } from '../../../bidding/wire/sample.ts';
import type {
  Snapshot,
  SnapshotOutlet,
  SnapshotPlacement,
} from '../../../bidding/wire/snapshot.ts';
import type { Target } from '../../../db/terms/target.ts';
import { newRandom, type Random } from '../../kit/random.ts';
import { BENCH_DAY_MS, CITIES, COUNTIES, SHAPES, skewed } from '../kit/market.ts';

export interface Reader {
  userHash: string;
  county: string;
  os: number;
  isPhone: boolean;
  segments: number[];
  /** Requests on a mean day. */
  habit: number;
}

const SEGMENTS = 60;

export function newReaders(seed: number, count: number): Reader[] {
  const random = newRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const isPhone = random.chance(0.85);
    return {
      userHash: `u${seed}-${i}`,
      county: COUNTIES[skewed(random, COUNTIES.length)] as string,
      os: isPhone ? random.pick([0, 0, 0, 1, 2]) : 3,
      isPhone,
      segments: Array.from({ length: 5 }, () => 1 + skewed(random, SEGMENTS)),
      habit: 3 * Math.exp(random.normal()),
    };
  });
}

export function logDay(
  random: Random,
  readers: readonly Reader[],
  market: Snapshot,
  day: number,
): Logged[] {
  const byCounty = new Map<string, SnapshotOutlet[]>();
  for (const outlet of market.outlets) {
    const list = byCounty.get(outlet.divisionCode) ?? [];
    list.push(outlet);
    byCounty.set(outlet.divisionCode, list);
  }
  const logged: Logged[] = [];
  for (const reader of readers) {
    const visits = poisson(random, reader.habit * Math.exp(0.3 * random.normal()));
    for (let n = 0; n < visits; n++) logged.push(visit(random, reader, market, byCounty, day));
  }
  return logged;
}

function visit(
  random: Random,
  reader: Reader,
  market: Snapshot,
  byCounty: Map<string, SnapshotOutlet[]>,
  day: number,
): Logged {
  const home = random.chance(0.6) ? reader.county : '330000';
  const outlet = random.pick(byCounty.get(home) ?? market.outlets);
  const shape = skewed(random, SHAPES.length);
  const placement = market.placements[(outlet.id - 1) * SHAPES.length + shape] as SnapshotPlacement;
  const hour = 6 + Math.floor(18 * random.next());
  const request = newRequest(
    `d${day}-${random.below(2 ** 30)}`,
    BENCH_DAY_MS + day * 86_400_000 + hour * 3_600_000,
  );
  request.userHash = reader.userHash;
  request.declaredDivision = reader.county;
  request.device = reader.isPhone ? 0 : 2;
  request.os = reader.os;
  request.segments = reader.segments;
  const place = placeOf(request, placement, undefined, outlet);
  return {
    place,
    format: placement.format,
    sizes: placement.sizes,
    weight: 1,
    isOfSampledUser: true,
  };
}

/** What a busy node logs of a day. */
export function sampled(day: readonly Logged[]): Logged[] {
  return day.flatMap((it) => {
    const { id, userHash } = it.place.request;
    const weight = isInRequestSample(id) ? SAMPLE_ONE_IN : 0;
    const isOfSampledUser = isInUserSample(userHash);
    return weight > 0 || isOfSampledUser ? [{ ...it, weight, isOfSampledUser }] : [];
  });
}

function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-Math.min(mean, 50));
  let n = 0;
  for (let p = random.next(); p > limit; p *= random.next()) n += 1;
  return n;
}

/** Targets of every width. */
export function someTargets(random: Random, count: number): Target[] {
  return Array.from({ length: count }, () => {
    const all: Target[] = [];
    const where = random.next();
    if (where < 0.4) all.push({ attribute: 'division', in: [random.pick(CITIES)] });
    else if (where < 0.7) {
      const counties = [0, 1, 2].map(() => COUNTIES[skewed(random, COUNTIES.length)] as string);
      all.push({ attribute: 'division', in: counties });
    }
    if (random.chance(0.4)) {
      const segments = [1 + skewed(random, SEGMENTS), 1 + skewed(random, SEGMENTS)];
      all.push({ attribute: 'segment', in: segments });
    }
    if (random.chance(0.3)) all.push({ attribute: 'os', in: [random.pick(['android', 'ios'])] });
    if (random.chance(0.2)) all.push({ not: { attribute: 'device', in: ['desktop'] } });
    return { all };
  });
}
