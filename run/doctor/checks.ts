/** What the doctor looks at. Owns the limits between good, to watch, and broken. */
import { statfs } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { auditLedger, observe } from '../../api/observation/observation.ts';
import { connect } from '../../db/client.ts';
import { houseOf } from '../../db/scope.ts';
import { type Finding, judge } from './finding.ts';
import type { Places } from './places.ts';

const GIGABYTE = 1024 ** 3;
const SECRETS = { AUTH_SECRET: 32, TOKEN_KEY: 64 } as const;

export async function checkMachine(
  places: Places,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Finding[]> {
  const disk = await statfs('.');
  const free = (disk.bavail * disk.bsize) / GIGABYTE;
  const findings = [
    judge(
      'Node',
      Number(process.versions.node.split('.')[0]) >= 20,
      process.version,
      'use Node 20',
    ),
    judge('disk', free > 2, `${free.toFixed(1)} GB free`, 'free some space', 'warning'),
  ];
  if (places.demo) return findings;
  for (const [name, length] of Object.entries(SECRETS)) {
    const long = (env[name] ?? '').length >= length;
    const seen = long ? 'set' : 'missing or short';
    findings.push(judge(name, long, seen, `set ${name}, ${length} characters or more`));
  }
  const secure = places.publicUrl?.startsWith('https://') ?? false;
  const seen = places.publicUrl ?? 'not set';
  findings.push(judge('PUBLIC_URL', secure, seen, 'serve the console by HTTPS only', 'warning'));
  return findings;
}

/** Asks what needs both servers; where one is away, `checkData` has said so already. */
async function withServers(
  places: Places,
  look: (ctx: Parameters<typeof observe>[0]) => Promise<Finding[]>,
): Promise<Finding[]> {
  const db = houseOf(connect(places.databaseUrl, { max: 2 }));
  const redis = new Redis(places.redisUrl, { maxRetriesPerRequest: 1, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    return await look({ db, redis, clock: Date.now });
  } catch (error) {
    const seen = (error as Error).message;
    return [{ level: 'broken', what: 'measures', seen, remedy: 'mend the servers above first' }];
  } finally {
    redis.disconnect();
    await db.$client.end({ timeout: 1 });
  }
}

export function checkMoney(places: Places, chain: boolean): Promise<Finding[]> {
  return withServers(places, async (ctx) => {
    const seen = await observe(ctx);
    const faults = await auditLedger(ctx.db, { chain });
    const first = faults.slice(0, 3).map(({ fault, subject }) => `${fault} ${subject}`);
    const unknown = seen.unknownPayoutSeconds;
    return [
      judge(
        'ledger sum',
        seen.ledgerDriftMicroCny === 0n,
        `${seen.ledgerDriftMicroCny} µCNY`,
        'stop payouts; find the journal that does not balance',
      ),
      judge(
        'ledger rules',
        faults.length === 0,
        first.join('; ') || (chain ? 'every hash holds' : 'balances equal entries'),
        'stop payouts; restore to before the change (ops/backup.md)',
      ),
      judge(
        'payouts of unknown outcome',
        unknown < 3600,
        unknown ? `${Math.round(unknown)} s old` : 'none',
        'ask Alipay by id; never send again by hand',
        'warning',
      ),
      judge(
        'bank differences',
        seen.openReconciliationCases === 0,
        `${seen.openReconciliationCases} open`,
        'close them under Reconciliation',
        'warning',
      ),
      judge(
        'billing',
        seen.billingLagHours <= 2,
        `${seen.billingLagHours} h behind`,
        'look at the worker’s log for the task billing',
        'warning',
      ),
    ];
  });
}

export function checkWork(places: Places): Promise<Finding[]> {
  return withServers(places, async (ctx) => {
    const seen = await observe(ctx);
    const behind = seen.nodes.filter((node) => seen.marketVersion - node.snapshotVersion > 5);
    const slow = seen.nodes.filter((node) => node.p99Ms > 50);
    const findings = [
      judge(
        'metering',
        seen.meteringLagSeconds < 60,
        `${seen.meteringLagSeconds.toFixed(1)} s behind`,
        'is the worker running?',
      ),
      judge(
        'market',
        seen.marketVersion > 0,
        `version ${seen.marketVersion}`,
        'the worker publishes it: is it running?',
      ),
      judge(
        'bidding nodes',
        seen.nodes.length > 0,
        seen.nodes.map(({ nodeId }) => nodeId).join(', ') || 'none',
        'start the exchange',
      ),
    ];
    if (behind.length > 0) {
      findings.push({
        level: 'warning',
        what: 'nodes behind the market',
        seen: behind.map(({ nodeId }) => nodeId).join(', '),
        remedy: 'restart them',
      });
    }
    if (slow.length > 0) {
      findings.push({
        level: 'warning',
        what: 'slow nodes',
        seen: slow.map(({ nodeId, p99Ms }) => `${nodeId} ${p99Ms} ms`).join(', '),
        remedy: 'add a node',
      });
    }
    findings.push(
      judge(
        'letters',
        seen.letterLagSeconds < 900,
        `${Math.round(seen.letterLagSeconds)} s behind`,
        'look at MAIL_URL and the mail server',
        'warning',
      ),
    );
    const doors = [
      ['api', places.publicUrl && `${places.publicUrl}/api/health`],
      ['exchange', places.exchangeUrl && `${places.exchangeUrl}/health`],
    ] as const;
    for (const [what, url] of doors) if (url) findings.push(await checkDoor(what, url));
    return findings;
  });
}

async function checkDoor(what: string, url: string): Promise<Finding> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
    await response.arrayBuffer();
    return judge(what, response.ok, `${response.status} ${url}`, 'look at its log');
  } catch (error) {
    const seen = String((error as Error).cause ?? error);
    return { level: 'broken', what, seen, remedy: `nothing answers ${url}` };
  }
}
