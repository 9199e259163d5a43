/**
 * A process that can be killed: a database connection and an Alipay client that stop dead before their n-th step. What was
 * under way is rolled back by PostgreSQL, exactly as when a process dies; what was committed or sent stays so.
 */
import { drizzle } from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import type { Alipay } from '../../../api/payments/payments.ts';
import type { Database } from '../../../db/client.ts';

export class Killed extends Error {
  override readonly name = 'Killed';
  constructor() {
    super('killed');
  }
}

export interface Life {
  /** Dies before the n-th step from now; null: does not. */
  killAfter(steps: number | null): void;
  revive(): void;
  /** Steps taken since the beginning: every statement, every transaction's begin, both sides of every call to Alipay. */
  steps(): number;
  step(): void;
}

export function createLife(): Life {
  let left: number | null = null;
  let dead = false;
  let taken = 0;
  return {
    killAfter(steps) {
      left = steps;
    },
    revive() {
      dead = false;
      left = null;
    },
    steps: () => taken,
    step() {
      if (dead) throw new Killed();
      taken += 1;
      if (left === null) return;
      left -= 1;
      if (left >= 0) return;
      dead = true;
      throw new Killed();
    },
  };
}

type Call = (...args: unknown[]) => unknown;

const PREPARED = { prepare: true, simple: false };

/**
 * The same pool with every statement prepared, which drizzle does not ask for: half the round trips and most of the planning
 * of a simulation gone. `before` is called before each statement and each transaction's begin.
 */
export function preparedDatabase(client: postgres.Sql, before: () => void = () => {}): Database {
  const wrap = <T extends object>(inner: T): T =>
    new Proxy(inner, {
      get(target, key) {
        const value = Reflect.get(target, key);
        if (key === 'unsafe') {
          return (text: string, values: unknown[] = []) => {
            before();
            return (value as Call).call(target, text, values, PREPARED);
          };
        }
        if (key === 'begin' || key === 'savepoint') {
          return (...args: unknown[]) => {
            before();
            const body = args.pop() as (tx: object) => unknown;
            return (value as Call).apply(target, [...args, (tx: object) => body(wrap(tx))]);
          };
        }
        return value;
      },
    });
  return drizzle(wrap(client)) as Database;
}

/** The same pool, seen by a process that may die. */
export const mortalDatabase = (client: postgres.Sql, life: Life): Database =>
  preparedDatabase(client, () => life.step());

export function mortalAlipay(alipay: Alipay, life: Life): Alipay {
  return new Proxy(alipay, {
    get(target, key) {
      const value = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        life.step();
        const result = (value as Call).apply(target, args);
        if (!(result instanceof Promise)) return result;
        return result.then((answer) => {
          life.step();
          return answer;
        });
      };
    },
  });
}
