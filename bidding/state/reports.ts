/** Prices that supply partners report, on their way to the stream. Owns the waiting while Redis is away; a second copy is the reader's to drop. */
import { keys } from '../wire/keys.ts';
import type { PartnerReport } from '../wire/partner.ts';
import { type Store, within } from './script.ts';

const TIMEOUT_MS = 2_000;
const RETRY_MS = 500;
const MAX_WAITING = 50_000;
const BATCH = 500;

export interface ReportLog {
  append(report: PartnerReport): void;
  flush(): Promise<void>;
}

export function createReportLog(store: Store): ReportLog {
  let waiting: string[] = [];
  let sending: Promise<void> | undefined;

  async function send(): Promise<void> {
    try {
      while (waiting.length > 0) {
        const batch = waiting.slice(0, BATCH);
        const pipeline = store.pipeline();
        for (const each of batch) pipeline.xadd(keys.partnerReports, '*', 'r', each);
        await within(TIMEOUT_MS, pipeline.exec());
        waiting = waiting.slice(batch.length);
      }
    } catch {
      // Sent again: what the first try did write is known by its key.
      setTimeout(() => void log.flush(), RETRY_MS).unref();
    }
  }

  const log: ReportLog = {
    append(report) {
      if (waiting.length >= MAX_WAITING) return;
      waiting.push(JSON.stringify(report));
      setImmediate(() => void log.flush());
    },
    flush() {
      sending ??= send().finally(() => {
        sending = undefined;
      });
      return sending;
    },
  };
  return log;
}
