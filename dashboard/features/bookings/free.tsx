/** What is free of a placement over some days, a bar a day, and the published price of them all. */
import type { RateUnit } from '../../../db/terms/market.ts';
import { fenMoney } from '../../lib/format.ts';
import { defineWords } from '../../lib/words.ts';
import { useRates } from '../placements/data.ts';
import { useAvailability } from './data.ts';
import './free.css';

const useWords = defineWords(
  { soldOut: '已售满：{{days}}', allFree: '{{n}} 天均有空' },
  { soldOut: 'Sold out: {{days}}', allFree: 'free on all {{n}} days' },
);
const BARS = 62;

export interface Wanted {
  placementId: number;
  unit: RateUnit | undefined;
  from: string;
  to: string;
  slots: number;
}

export function Free({ placementId, unit, from, to, slots }: Wanted) {
  const say = useWords();
  const rates = useRates().data?.filter((rate) => rate.placementId === placementId) ?? [];
  const days = useAvailability(placementId, from, to).data?.items ?? [];
  const short = days.filter((day) => day.free < slots);
  const priceOn = (day: string) =>
    rates
      .filter((rate) => rate.unit === unit && rate.effectiveFrom <= day)
      .sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? 1 : -1))[0]?.priceFen ?? 0;
  const total = days.reduce((sum, day) => sum + priceOn(day.day) * slots, 0);
  return (
    <div className="free">
      <div className="free-bars" aria-hidden="true">
        {days.slice(0, BARS).map((day) => (
          <span
            key={day.day}
            title={`${day.day} ${day.free}/${day.slots}`}
            data-short={day.free < slots || undefined}
            style={{ height: `${Math.max(8, (day.free / day.slots) * 100)}%` }}
          />
        ))}
      </div>
      <span className={short.length > 0 ? 'negative small' : 'faint small'} role="status">
        {short.length > 0
          ? say('soldOut', {
              days: short
                .slice(0, 4)
                .map((day) => day.day)
                .join('、'),
            })
          : say('allFree', { n: days.length })}
      </span>
      <strong className="number">{fenMoney(total)}</strong>
    </div>
  );
}
