/** Readers of the bench's province: a county by Zipf, an outlet of theirs, a phone mostly, some segments and keywords. */
import { newImp, newRequest, type Request } from '../../../bidding/engine/request.ts';
import type { Snapshot } from '../../../bidding/wire/snapshot.ts';
import type { Random } from '../../kit/random.ts';
import { BENCH_DAY_MS, COUNTIES, SHAPES, skewed } from './market.ts';

const SEGMENTS = 400;
/** Eight in the evening; requests of one moment share their hour. */
const PEAK_MS = 20 * 3_600_000;

export function benchRequest(random: Random, snapshot: Snapshot, n: number): Request {
  const request = newRequest(`r${n}`, BENCH_DAY_MS + PEAK_MS + random.below(3_600_000));
  request.declaredDivision = COUNTIES[skewed(random, COUNTIES.length)] as string;
  const outlet = 1 + skewed(random, snapshot.outlets.length);
  const isPhone = random.chance(0.85);
  request.device = isPhone ? 0 : 2;
  request.os = isPhone ? random.pick([0, 0, 0, 1, 1, 2]) : random.pick([3, 3, 4]);
  request.connection = random.pick([0, 0, 3, 4, 4]);
  request.carrier = random.below(5);
  for (let i = 0; i < 8; i++) request.segments.push(skewed(random, SEGMENTS) + 1);
  for (let i = 0; i < 3; i++) request.keywords.push(`关键词${random.below(300)}`);
  request.categories.push('culture');
  const placement = (outlet - 1) * SHAPES.length + skewed(random, SHAPES.length) + 1;
  request.imps.push(newImp('1', placement));
  return request;
}
