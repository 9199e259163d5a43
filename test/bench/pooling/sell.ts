/** Sells one day with the product's own matching, auction and pacing, and keeps the books by outlet. */
import { runAuction } from '../../../bidding/engine/auction.ts';
import { findCandidates, newFound } from '../../../bidding/engine/candidates.ts';
import { setAvailable, setMultiplier } from '../../../bidding/engine/delta.ts';
import { compileSnapshot } from '../../../bidding/engine/market.ts';
import { multiplierOf, startPacing, stepPacing } from '../../../bidding/engine/pacing.ts';
import type { Request } from '../../../bidding/engine/request.ts';
import { curveOf, type TrafficCurve } from '../../../bidding/engine/trafficForecast.ts';
import { BENCH_DAY_MS } from '../kit/market.ts';
import type { Province, Signed } from './province.ts';
import { marketOf } from './province.ts';

const STEP_MS = 60_000;

export interface Books {
  revenueMicro: Float64Array;
  sold: Float64Array;
  requests: Float64Array;
}

export function sellDay(
  province: Province,
  requests: readonly Request[],
  shape: Float64Array,
  pooled: boolean,
): Books {
  const market = compileSnapshot(marketOf(province, pooled));
  const outlets = province.base.outlets.length + 1;
  const books: Books = {
    revenueMicro: new Float64Array(outlets),
    sold: new Float64Array(outlets),
    requests: new Float64Array(outlets),
  };
  const { signed } = province;
  const spent = new Float64Array(signed.length + 1);
  const curve: TrafficCurve = curveOf([], shape);
  const states = signed.map(() => startPacing(0));
  const found = newFound();
  let nextMs = STEP_MS;
  for (const request of requests) {
    const now = request.atMs - BENCH_DAY_MS;
    for (; nextMs <= now; nextMs += STEP_MS) {
      signed.forEach(({ item, budgetMicroCny }, i) => {
        const billed = spent[item.id] as number;
        states[i] = stepPacing(states[i] as (typeof states)[number], {
          atMs: nextMs,
          msOfDay: nextMs,
          budgetMicroCny,
          billedMicroCny: billed,
          expectedMicroCny: billed,
          unitMicroCny: 0,
          curve,
        });
        setMultiplier(market, item.id, multiplierOf(states[i] as (typeof states)[number]));
      });
    }
    const outletId = market.placements.get(request.imps[0]?.placementId ?? 0)?.outletId ?? 0;
    books.requests[outletId] = (books.requests[outletId] as number) + 1;
    findCandidates(market, request, found);
    const win = runAuction(found, {}).imps[0]?.win;
    const item = win?.candidate?.item.source;
    if (!win || !item) continue;
    const { budgetMicroCny } = signed[item.id - 1] as Signed;
    spent[item.id] = (spent[item.id] as number) + win.chargeMicroCny;
    books.revenueMicro[outletId] = (books.revenueMicro[outletId] as number) + win.chargeMicroCny;
    books.sold[outletId] = (books.sold[outletId] as number) + 1;
    // The next impression would not be covered.
    if ((spent[item.id] as number) + win.chargeMicroCny > budgetMicroCny) {
      setAvailable(market, item.id, false);
    }
  }
  return books;
}
