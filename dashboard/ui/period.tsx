/** The days a screen is about, in the URL: `?from&to`, Shanghai's days; the last seven unless it says so. */
import { DatePicker } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { addDays, type Day, dayOf, daySchema } from '../../db/terms/day.ts';
import { useFilters } from '../lib/filters.ts';
import { defineWords } from '../lib/words.ts';

const useWords = defineWords(
  {
    today: '今天',
    week: '近 7 天',
    month: '近 30 天',
    thisMonth: '本月',
    lastMonth: '上月',
    from: '开始日期',
    to: '结束日期',
  },
  {
    today: 'Today',
    week: 'Last 7 days',
    month: 'Last 30 days',
    thisMonth: 'This month',
    lastMonth: 'Last month',
    from: 'From',
    to: 'To',
  },
);

export interface Period {
  from: Day;
  to: Day;
}

const dayIn = (text: string | undefined): Day | undefined => daySchema.safeParse(text).data;

/** Today in Shanghai by this machine's clock: only what the screens open with hangs on it. */
export const today = (): Day => dayOf(Date.now());

/** Two days of a form as the range that a range picker shows: spread into its Form.Item. */
export const asDates = {
  getValueProps: (days?: [string, string]) => ({ value: days?.map((day) => dayjs(day)) }),
  normalize: (range?: (Dayjs | null)[] | null) => range?.map((day) => day?.format('YYYY-MM-DD')),
};

/** One day of a form, for a date picker. */
export const asDay = {
  getValueProps: (day?: string | null) => ({ value: day ? dayjs(day) : null }),
  normalize: (day?: Dayjs | null) => day?.format('YYYY-MM-DD'),
};

export function usePeriod(days = 7): Period & { set: (period: Period) => void } {
  const { filters, set } = useFilters();
  const to = dayIn(filters.to) ?? today();
  const from = dayIn(filters.from) ?? addDays(to, 1 - days);
  return {
    from: from <= to ? from : to,
    to,
    set: (period) => set({ from: period.from, to: period.to }),
  };
}

export function PeriodPicker(props: { days?: number }) {
  const say = useWords();
  const period = usePeriod(props.days);
  const now = today();
  const monthStart = `${now.slice(0, 7)}-01`;
  const lastMonthEnd = addDays(monthStart, -1);
  const preset = (label: string, from: Day, to: Day) => ({
    label,
    value: [dayjs(from), dayjs(to)] as [Dayjs, Dayjs],
  });
  return (
    <DatePicker.RangePicker
      allowClear={false}
      aria-label={say('from')}
      value={[dayjs(period.from), dayjs(period.to)]}
      maxDate={dayjs(now)}
      placeholder={[say('from'), say('to')]}
      presets={[
        preset(say('today'), now, now),
        preset(say('week'), addDays(now, -6), now),
        preset(say('month'), addDays(now, -29), now),
        preset(say('thisMonth'), monthStart, now),
        preset(say('lastMonth'), `${lastMonthEnd.slice(0, 7)}-01`, lastMonthEnd),
      ]}
      onChange={(range) => {
        const [from, to] = range ?? [];
        if (from && to) {
          period.set({ from: from.format('YYYY-MM-DD'), to: to.format('YYYY-MM-DD') });
        }
      }}
    />
  );
}
