/** One line of a plan, edited. Pure; owns that a booked line costs what the rate card says, and that figures follow the money. */
import type { BookedLine, PlanLine } from '../../db/schema/plans.ts';
import type { FailureDetail } from '../../db/terms/failure.ts';
import { priceLine, type ratesOf } from '../bookings/bookings.ts';
import type { PlanLineEdit } from './shapes.ts';

type Rates = Awaited<ReturnType<typeof ratesOf>>;

export function editLine(
  line: PlanLine,
  edit: PlanLineEdit,
  rates: Rates,
  at: string,
): PlanLine | FailureDetail {
  const startsOn = edit.startsOn ?? line.startsOn;
  const endsOn = edit.endsOn ?? line.endsOn;
  if (startsOn > endsOn) {
    return {
      pointer: `${at}/endsOn`,
      zh: '结束日期不能早于开始日期',
      en: 'the end is before the start',
    };
  }
  if (line.kind === 'booked') return rebooked(line, { ...edit, startsOn, endsOn }, rates, at);
  const price = BigInt(line.priceMicroCny);
  const next = edit.budgetMicroCny ?? price;
  // A plan's figures follow its money in proportion: near enough to decide, and shown as an estimate.
  const scale = (n: number) => (price === 0n ? 0 : Math.round((n * Number(next)) / Number(price)));
  const { impressions, reach, clicks } = line.expected;
  return {
    ...line,
    startsOn,
    endsOn,
    bidFen: edit.bidFen ?? line.bidFen,
    priceMicroCny: next.toString(),
    expected: {
      impressions: {
        low: scale(impressions.low),
        expected: scale(impressions.expected),
        high: scale(impressions.high),
      },
      reach: Math.min(reach * 2, scale(reach)),
      clicks: scale(clicks),
    },
  };
}

function rebooked(
  line: BookedLine,
  edit: PlanLineEdit & { startsOn: string; endsOn: string },
  rates: Rates,
  at: string,
): BookedLine | FailureDetail {
  const { startsOn, endsOn } = edit;
  const impressions = line.impressions === null ? null : (edit.impressions ?? line.impressions);
  const next = { ...line, startsOn, endsOn, slots: edit.slots ?? line.slots, impressions };
  const priced = priceLine(next, rates, 0, at);
  if ('zh' in priced) return priced;
  const n = impressions ?? 0;
  const sure = { impressions: { low: n, expected: n, high: n }, reach: 0, clicks: 0 };
  return {
    ...next,
    priceMicroCny: priced.priceMicroCny.toString(),
    expected: impressions === null ? line.expected : sure,
  };
}
