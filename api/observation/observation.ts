/**
 * What the house can say of itself: is the money in order, does work pile up, do the nodes live. Owns the
 * measures by which alerts fire and the doctor judges; changes nothing.
 */
import { keys } from '../../bidding/wire/keys.ts';
import type { NodeHealth } from '../../bidding/wire/live.ts';
import type { Database } from '../../db/client.ts';
import type { RedisStore } from '../../db/redis.ts';
import { type Clock, hourOf } from '../../db/terms/day.ts';
import { hoursDue } from '../billing/billing.ts';
import { ledgerFaults } from '../ledger/ledger.ts';
import { watermark } from '../metering/metering.ts';
import {
  ledgerDriftMicroCny,
  letterSince,
  openCases,
  pacingOf,
  payoutsByStatus,
  unknownSince,
} from './queries.ts';

/** A node that has not beaten for this long is gone, ms. */
const NODE_GONE_MS = 5_000;

export interface Observation {
  /** Sum over all accounts: anything but 0 is an emergency. */
  ledgerDriftMicroCny: bigint;
  /** Payouts per status. */
  payouts: Record<string, number>;
  /** Age of the oldest payout whose outcome nobody knows, seconds; 0 where there is none. */
  unknownPayoutSeconds: number;
  openReconciliationCases: number;
  /** Age of the oldest event that is not in PostgreSQL yet, seconds. */
  meteringLagSeconds: number;
  /** Whole hours between now and the oldest finished hour that is not charged; 0 where all are. */
  billingLagHours: number;
  /** Age of the oldest letter that no mail server has taken, seconds; 0 where there is none. */
  letterLagSeconds: number;
  /** Evenly paced line items that serve now, and those that spend neither as planned nor nearly. */
  pacing: { paced: number; offPlan: number };
  /** Version of the published market; 0 where there is none. */
  marketVersion: number;
  nodes: NodeHealth[];
}

type ObservationContext = { db: Database; redis: RedisStore; clock: Clock };

/** Reads all measures: some index lookups and two aggregates over small tables. */
export async function observe(ctx: ObservationContext): Promise<Observation> {
  const now = ctx.clock();
  const [drift, payouts, unknown, cases, seenUntil, due, letter, pacing, version, nodes] =
    await Promise.all([
      ledgerDriftMicroCny(ctx.db),
      payoutsByStatus(ctx.db),
      unknownSince(ctx.db),
      openCases(ctx.db),
      watermark(ctx),
      hoursDue(ctx.db, hourOf(now), undefined, { chargeable: true }),
      letterSince(ctx.db),
      pacingOf(ctx.db, now),
      ctx.redis.get(keys.snapshotVersion),
      ctx.redis.hgetall(keys.nodes),
    ]);
  return {
    ledgerDriftMicroCny: drift,
    payouts,
    unknownPayoutSeconds: unknown === null ? 0 : Math.max(0, (now - unknown) / 1000),
    openReconciliationCases: cases,
    meteringLagSeconds: Math.max(0, (now - seenUntil) / 1000),
    billingLagHours: hourOf(now) - (due[0] ?? hourOf(now)),
    letterLagSeconds: letter === null ? 0 : Math.max(0, (now - letter) / 1000),
    pacing,
    marketVersion: Number(version ?? 0),
    nodes: Object.values(nodes)
      .map((text) => JSON.parse(text) as NodeHealth)
      .filter((node) => now - node.atMs < NODE_GONE_MS),
  };
}

/** Recomputes balances from entries, and with `chain` every hash: seconds on a large ledger. */
export const auditLedger = (db: Database, options: { chain: boolean }) => ledgerFaults(db, options);

/** Prometheus's text format, version 0.0.4. */
export function metricsText(seen: Observation): string {
  const lines: string[] = [];
  const gauge = (
    name: string,
    help: string,
    values: [labels: string, value: number | bigint][],
  ) => {
    lines.push(`# HELP hongze_${name} ${help}`, `# TYPE hongze_${name} gauge`);
    for (const [labels, value] of values) lines.push(`hongze_${name}${labels} ${value}`);
  };
  gauge('ledger_drift_micro_cny', 'Sum over all accounts; must be 0.', [
    ['', seen.ledgerDriftMicroCny],
  ]);
  gauge(
    'payouts',
    'Payouts per status.',
    Object.entries(seen.payouts).map(([status, count]) => [`{status="${status}"}`, count]),
  );
  gauge('payout_unknown_seconds', 'Age of the oldest payout of unknown outcome.', [
    ['', seen.unknownPayoutSeconds],
  ]);
  gauge('reconciliation_open_cases', 'Differences with the bank not closed.', [
    ['', seen.openReconciliationCases],
  ]);
  gauge('metering_lag_seconds', 'Age of the oldest event not in PostgreSQL.', [
    ['', seen.meteringLagSeconds],
  ]);
  gauge('billing_lag_hours', 'Hours since the oldest finished hour not charged.', [
    ['', seen.billingLagHours],
  ]);
  gauge('letter_lag_seconds', 'Age of the oldest letter no mail server has taken.', [
    ['', seen.letterLagSeconds],
  ]);
  gauge('pacing_line_items', 'Evenly paced line items that serve now.', [['', seen.pacing.paced]]);
  gauge('pacing_off_plan', 'Of them, those a fifth or more off plan.', [['', seen.pacing.offPlan]]);
  gauge('market_version', 'Version of the published market.', [['', seen.marketVersion]]);
  gauge(
    'node_market_behind',
    'Market versions a bidding node is behind.',
    seen.nodes.map((node) => [label(node.nodeId), seen.marketVersion - node.snapshotVersion]),
  );
  gauge(
    'node_p99_ms',
    'p99 of the last second’s auctions.',
    seen.nodes.map((node) => [label(node.nodeId), node.p99Ms]),
  );
  return `${lines.join('\n')}\n`;
}

const label = (nodeId: string): string => `{node="${nodeId.replace(/["\\\n]/g, '_')}"}`;
