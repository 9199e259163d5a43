/**
 * Pacing policies under comparison. `dual` is the product's own controller; the others are what the trade does instead, kept here
 * because the product has no use for them. A policy sees history, arrivals and feedback only.
 */
import {
  meanY,
  multiplierOf,
  PACING_STEP_MS,
  type PacingState,
  startPacing,
  stepPacing,
} from '../../../bidding/engine/pacing.ts';
import { Surge } from '../../../bidding/engine/surge.ts';
import { passed, type TrafficCurve } from '../../../bidding/engine/trafficForecast.ts';
import type { Item } from './world.ts';

export interface Feedback {
  atMs: number;
  billed: Float64Array;
  /** Expected cost of what was won today. */
  expected: Float64Array;
  /** Requests since the last step, by county. */
  arrivals: ReadonlyMap<string, number>;
}

export interface Policy {
  /** Rank multiplier by item. */
  readonly multipliers: Float64Array;
  /** Share of requests in which an item takes part. */
  readonly participation: Float64Array;
  step(feedback: Feedback): void;
  /** For tomorrow's start, where the policy remembers. */
  memory(): readonly PacingState[] | undefined;
}

/** What yesterday's sample tells of today. */
export interface ItemForecast {
  curves: readonly TrafficCurve[];
  countyShares: readonly Record<string, number>[];
  requestsADay: ReadonlyMap<string, number>;
  /** Of the province. */
  shape: TrafficCurve;
}

export type PolicyName = 'asap' | 'throttle' | 'pid' | 'dual';

export function newPolicy(
  name: PolicyName,
  items: readonly Item[],
  forecast: ItemForecast,
  yesterday: readonly PacingState[] | undefined,
): Policy {
  const { curves } = forecast;
  const multipliers = new Float64Array(items.length).fill(1);
  const participation = new Float64Array(items.length).fill(1);
  const base = { multipliers, participation, memory: () => undefined };
  if (name === 'asap') return { ...base, step: () => undefined };
  if (name === 'dual') return dual(items, forecast, yesterday, multipliers, participation);
  const control = name === 'pid' ? pid(multipliers) : throttle(participation);
  const before = new Float64Array(items.length);
  const step = ({ atMs, billed }: Feedback): void => {
    for (let i = 0; i < items.length; i++) {
      const curve = curves[i] as TrafficCurve;
      const budget = (items[i] as Item).budgetMicro;
      const spent = billed[i] as number;
      const past = passed(curve, atMs - PACING_STEP_MS);
      const due = (passed(curve, atMs) - past) / Math.max(0.01, 1 - past);
      const target = Math.max(0, budget - spent) * due;
      control(
        i,
        (spent - (before[i] as number) - target) / Math.max(1, target),
        spent / budget,
        passed(curve, atMs),
      );
      before[i] = spent;
    }
  };
  return { ...base, step };
}

function dual(
  items: readonly Item[],
  { curves, countyShares, requestsADay, shape }: ItemForecast,
  yesterday: readonly PacingState[] | undefined,
  multipliers: Float64Array,
  participation: Float64Array,
): Policy {
  const surge = new Surge();
  const states = items.map((_, i) => startPacing(0, yesterday?.[i]));
  const publish = (): void => {
    states.forEach((state, i) => {
      multipliers[i] = multiplierOf(state);
    });
  };
  publish();
  return {
    multipliers,
    participation,
    memory: () => states,
    step({ atMs, billed, expected, arrivals }) {
      const share = passed(shape, atMs) - passed(shape, atMs - PACING_STEP_MS);
      surge.step(PACING_STEP_MS, arrivals, requestsADay, share);
      items.forEach((item, i) => {
        states[i] = stepPacing(states[i] as PacingState, {
          atMs,
          msOfDay: atMs,
          budgetMicroCny: item.budgetMicro,
          billedMicroCny: billed[i] as number,
          expectedMicroCny: expected[i] as number,
          unitMicroCny: item.isClick ? item.unitMicro : 0,
          curve: curves[i] as TrafficCurve,
          surge: surge.of(countyShares[i] ?? {}),
        });
      });
      publish();
    },
  };
}

type Control = (i: number, error: number, spentShare: number, plannedShare: number) => void;

/** PID on the share spent against the share planned, in log space. */
function pid(multipliers: Float64Array): Control {
  const integral = new Float64Array(multipliers.length);
  return (i, _error, spentShare, plannedShare) => {
    const deviation = spentShare - plannedShare;
    integral[i] = Math.min(6, Math.max(0, (integral[i] as number) + 0.25 * deviation));
    const y = Math.min(6, Math.max(0, (integral[i] as number) + 12 * deviation));
    multipliers[i] = Math.exp(-y);
  };
}

/** Takes part in as many requests as the plan needs. */
function throttle(participation: Float64Array): Control {
  return (i, error) => {
    const next = (participation[i] as number) * Math.exp(-0.1 * Math.min(3, Math.max(-1, error)));
    participation[i] = Math.min(1, Math.max(0.001, next));
  };
}

/** Multipliers that the day has taught, as a start for the hindsight bound. */
export const taught = (memory: readonly PacingState[]): Float64Array =>
  Float64Array.from(memory, (state) => Math.exp(-meanY(state)));
