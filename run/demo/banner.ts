/** What a person needs to know when the house runs. Owns finding a request that wins. */
import { sql } from 'drizzle-orm';
import { connect } from '../../db/client.ts';
import { houseOf } from '../../db/scope.ts';

export const DEMO_PASSWORD = 'hongze-demo-2026';
const LOGINS = [
  ['广告主 advertiser', 'advertiser@demo.hongze'],
  ['媒体   outlet    ', 'outlet@demo.hongze'],
  ['财务   finance   ', 'finance@demo.hongze, finance2@demo.hongze'],
  ['运营   operator  ', 'operator@demo.hongze'],
  ['代理商 agency    ', 'agency@demo.hongze (three advertisers)'],
  ['集团   group     ', 'group@demo.hongze (two organisations)'],
] as const;

export function banner(demo: {
  publicUrl: string;
  exchangeUrl: string;
  seconds: number;
  curl: string | null;
  /** Where the demo keeps its data. */
  folder: string;
}): string {
  const lines = [
    '',
    `  Hongze · 泓泽 — ready in ${demo.seconds.toFixed(1)} s`,
    '',
    `  Console    ${demo.publicUrl}`,
    `  Exchange   ${demo.exchangeUrl}`,
    '',
    `  Logins, password ${DEMO_PASSWORD}`,
    ...LOGINS.map(([role, login]) => `    ${role}  ${login}`),
    '',
    ...(demo.curl ? ['  A request that wins:', '', demo.curl, ''] : []),
    `  Letters (a forgotten password, an address to confirm) lie in ${demo.folder}/mail.`,
    `  Ctrl-C stops. Data stays in ${demo.folder}/; npm run reset starts over.`,
    '',
  ];
  return lines.join('\n');
}

/** The first budgets come a second after the first snapshot, on a busy machine much later. */
const WINS_WITHIN_MS = 60_000;

interface Candidate {
  placementId: number;
  outletId: number;
  divisionCode: string;
  width: number;
  height: number;
}

/** Asks the exchange until a request wins, and returns the `curl` for it; null when none does. */
export async function winningCurl(
  exchangeUrl: string,
  databaseUrl: string,
  timeoutMs = WINS_WITHIN_MS,
): Promise<string | null> {
  const deadline = performance.now() + timeoutMs;
  const candidates = await bannerPlacements(databaseUrl);
  while (performance.now() < deadline && candidates.length > 0) {
    for (const candidate of candidates) {
      const body = JSON.stringify(auctionRequest(candidate));
      if (await wins(exchangeUrl, body)) {
        return [
          `curl -s '${exchangeUrl}/openrtb2/auction' -H 'content-type: application/json' \\`,
          `  -d '${body}'`,
        ].join('\n');
      }
    }
    await new Promise((wake) => setTimeout(wake, 200));
  }
  return null;
}

async function bannerPlacements(url: string): Promise<Candidate[]> {
  const db = houseOf(connect(url, { max: 1 }));
  try {
    return await db.execute<Candidate & Record<string, unknown>>(sql`
      select p.id::int as "placementId", o.id::int as "outletId", o.division_code as "divisionCode",
        (p.sizes->0->>'w')::int as width, (p.sizes->0->>'h')::int as height
      from placement p join property y on y.id = p.property_id join outlet o on o.id = y.outlet_id
      where p.format = 'banner' and o.tier = 'county' order by p.id limit 20`);
  } finally {
    await db.$client.end();
  }
}

function auctionRequest(candidate: Candidate): unknown {
  return {
    id: 'hello-hongze',
    at: 1,
    tmax: 200,
    cur: ['CNY'],
    imp: [
      {
        id: '1',
        tagid: String(candidate.placementId),
        secure: 1,
        banner: { w: candidate.width, h: candidate.height },
      },
    ],
    site: {
      page: 'https://news.example.cn/',
      publisher: { id: String(candidate.outletId) },
    },
    device: { ua: 'Mozilla/5.0', ip: '127.0.0.1' },
    user: { id: 'reader-1', ext: { divisionCode: candidate.divisionCode } },
  };
}

async function wins(exchangeUrl: string, body: string): Promise<boolean> {
  try {
    const response = await fetch(`${exchangeUrl}/openrtb2/auction`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const text = await response.text();
    return response.status === 200 && text.includes('"seatbid"');
  } catch {
    return false;
  }
}
