/**
 * Business days and hours. Owns the one calendar of the house: Asia/Shanghai (UTC+8, no daylight
 * saving since 1991), whatever the host's zone.
 */
import { z } from 'zod';

/** `YYYY-MM-DD`, a day in Shanghai. */
export type Day = string & { readonly __day?: never };
/** Whole hours since the Unix epoch. Shanghai's hours coincide with UTC's. */
export type HourNumber = number;

const SHANGHAI_OFFSET_MS = 8 * 3_600_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const dayOf = (ms: number): Day =>
  new Date(ms + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10);

/** First millisecond of a day. */
export const dayStartMs = (day: Day): number => Date.parse(`${day}T00:00:00+08:00`);
export const dayEndMs = (day: Day): number => dayStartMs(day) + DAY_MS;
export const addDays = (day: Day, days: number): Day => dayOf(dayStartMs(day) + days * DAY_MS);
/** Days from one day until another, which is not counted; negative where that is earlier. */
export const daysBetween = (from: Day, until: Day): number =>
  (dayStartMs(until) - dayStartMs(from)) / DAY_MS;

export const hourOf = (ms: number): HourNumber => Math.floor(ms / HOUR_MS);
export const hourStartMs = (hour: HourNumber): number => hour * HOUR_MS;
export const dayOfHour = (hour: HourNumber): Day => dayOf(hourStartMs(hour));

/** Milliseconds since the Shanghai midnight, 0 … 86,399,999. */
export const msOfDay = (ms: number): number => (ms + SHANGHAI_OFFSET_MS) % DAY_MS;

/** Hour of the Shanghai week, 0 (Monday 00:00) … 167 (Sunday 23:00): dayparting's index. */
export const hourOfWeek = (ms: number): number =>
  // 1970-01-01 was a Thursday: three days after a Monday.
  (Math.floor((ms + SHANGHAI_OFFSET_MS) / HOUR_MS) + 3 * 24) % 168;

/** `YYYY-MM` of a day: the accounting period it belongs to. */
export const monthOf = (day: Day): string => day.slice(0, 7);

export const daySchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .refine((text) => {
    const ms = Date.parse(`${text}T00:00:00+08:00`);
    return !Number.isNaN(ms) && dayOf(ms) === text;
  }, 'not a calendar day')
  .transform((text) => text as Day);

/** Epoch milliseconds now. An argument everywhere, so that tests and the story can turn the clock. */
export type Clock = () => number;
