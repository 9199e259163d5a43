/**
 * Airtime by law: 广播电视广告播出管理办法, order 61 of the broadcasting administration, articles 15 and 16. Pure. Owns the
 * figures and the arithmetic; whoever books a spot brings what is booked already.
 */
import type { PropertyKind } from '../../db/terms/market.ts';

/** So many seconds of commercials in an hour of the day (0–23). */
export interface Airing {
  hour: number;
  seconds: number;
}

/** Art. 15: commercials of one channel in any hour. */
export const HOUR_LIMIT_SECONDS = 12 * 60;
/** Art. 15: in the two prime hours together, 19–21 on television and 11–13 on radio. */
export const PRIME_LIMIT_SECONDS = 18 * 60;
const PRIME_HOURS: Partial<Record<PropertyKind, readonly number[]>> = {
  tv: [19, 20],
  radio: [11, 12],
};
/** Art. 16: public-service ads in the prime hours. */
export const PRIME_PSA_AIRINGS = 4;

export const isBroadcast = (kind: PropertyKind): boolean => PRIME_HOURS[kind] !== undefined;
export const isPrime = (kind: PropertyKind, hour: number): boolean =>
  PRIME_HOURS[kind]?.includes(hour) ?? false;

export interface AirtimeFault {
  article: '61号令第15条';
  hours: readonly number[];
  limitSeconds: number;
  bookedSeconds: number;
  wantedSeconds: number;
}

const within = (airings: readonly Airing[], hours: readonly number[]): number =>
  airings.reduce((sum, one) => (hours.includes(one.hour) ? sum + one.seconds : sum), 0);

/** Which limits of a channel's day `wanted` would break on top of `booked`; none for media the order does not cover. */
export function airtimeFaults(
  kind: PropertyKind,
  booked: readonly Airing[],
  wanted: readonly Airing[],
): AirtimeFault[] {
  const prime = PRIME_HOURS[kind];
  if (!prime) return [];
  const spans = [...new Set(wanted.map((one) => one.hour))]
    .sort((a, b) => a - b)
    .map((hour) => ({ hours: [hour], limitSeconds: HOUR_LIMIT_SECONDS }));
  if (within(wanted, prime) > 0)
    spans.push({ hours: [...prime], limitSeconds: PRIME_LIMIT_SECONDS });
  return spans.flatMap(({ hours, limitSeconds }) => {
    const bookedSeconds = within(booked, hours);
    const wantedSeconds = within(wanted, hours);
    if (bookedSeconds + wantedSeconds <= limitSeconds) return [];
    return [
      { article: '61号令第15条' as const, hours, limitSeconds, bookedSeconds, wantedSeconds },
    ];
  });
}

/** Seconds of public-service ads that a day with so many commercial seconds owes. */
export const psaSecondsOwed = (commercialSeconds: number, quotaPpm: number): number =>
  Math.ceil((commercialSeconds * quotaPpm) / 1_000_000);
