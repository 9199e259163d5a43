/** What fault tests share: readers who count what they saw, and what reached the books of it. */
import { drain } from '../../../api/metering/metering.ts';
import type { Database } from '../../../db/client.ts';
import type { RedisStore } from '../../../db/redis.ts';
import { auction, BROWSER, PRICE } from '../../kit/readers.ts';

export interface Traffic {
  sent: number;
  won: number;
  /** Impressions that a tracker took. */
  accepted: number;
  wonWhileDown: number;
  /** Set while the fault lasts. */
  down: boolean;
  /** One reader asks, and looks at what was won. */
  read(): Promise<boolean>;
}

export function openTraffic(url: string): Traffic {
  return {
    sent: 0,
    won: 0,
    accepted: 0,
    wonWhileDown: 0,
    down: false,
    async read() {
      const pixel = await auction(url, this.sent++);
      if (!pixel) return false;
      this.won++;
      if (this.down) this.wonWhileDown++;
      const answer = await fetch(pixel, { headers: { 'user-agent': BROWSER } });
      if (answer.ok) this.accepted++;
      return true;
    },
  };
}

/** Meters what the streams hold; all events and µCNY there are in the database. */
export async function meter(
  db: Database,
  redis: RedisStore,
): Promise<{ metered: number; spent: number }> {
  await drain({ db, redis, clock: Date.now }, { consumer: 'c', claimIdleMs: 0 });
  const [row] = await db.$client<{ events: string; spend: string }[]>`
    SELECT (SELECT count(*) FROM event) AS events,
      (SELECT coalesce(sum(spend_micro_cny), 0) FROM rollup_hour) AS spend`;
  return { metered: Number(row?.events), spent: Number(row?.spend) };
}

/** The line a fault test prints. */
export function tell(
  fault: string,
  { sent, won, wonWhileDown, accepted }: Traffic,
  { metered, spent }: { metered: number; spent: number },
  budgetMicroCny: number,
  more = '',
): void {
  process.stdout.write(
    `${fault}: sent ${sent}, won ${won} (${wonWhileDown} during it), accepted ${accepted}, ` +
      `billed ${spent / PRICE}, lost ${accepted - metered}, spent ${spent} of ${budgetMicroCny} µCNY${more}\n`,
  );
}
