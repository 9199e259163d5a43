/**
 * Fills an empty database with the demo province. Owns the order in which it comes to be; the same on every machine but for the
 * day it is done on. Refuses to touch a database that has an outlet already. Money enters through the ledger, contracts
 * and logins through their slices' front doors; the bulk of the market is inserted set-wise.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eq, inArray, sql } from 'drizzle-orm';
import type { Context } from '../../api/context.ts';
import { accounts, post } from '../../api/ledger/ledger.ts';
import type { Database, Db } from '../../db/client.ts';
import { advertiser } from '../../db/schema/campaigns.ts';
import { type OrganizationKind, organization } from '../../db/schema/identity.ts';
import { outlet } from '../../db/schema/outlets.ts';
import { addDays, type Clock, type Day, dayOf, monthOf } from '../../db/terms/day.ts';
import { MICRO_CNY_PER_YUAN } from '../../db/terms/money.ts';
import { seedAdmitted } from './admitted.ts';
import { ADVERTISERS, PUBLIC_SERVICE } from './advertisers.ts';
import { RUNS_BEFORE_DAYS, seedAdvertisers, seedCampaigns } from './campaigns.ts';
import { seedContracts } from './contracts.ts';
import { type KeepFile, seedCreatives } from './creatives.ts';
import { seedDeals } from './deals.ts';
import { seedDesks } from './desks.ts';
import { seedDivisions } from './divisions.ts';
import { seedFilms } from './films.ts';
import { seedHistory } from './history.ts';
import { seedKnown } from './known.ts';
import {
  AGENCY,
  AGENCY_NAME,
  DEMO_OUTLET_DIVISION,
  DEMO_SSP_DIVISION,
  demoEmail,
  PLATFORM,
  seedLogins,
} from './logins.ts';
import { outletsOf, type SeedOutlet, seedOutlets } from './outlets.ts';
import { seedPartners } from './partners.ts';
import { createRandom } from './random.ts';
import { seedTitles } from './titles.ts';
import { actorOf, seedTrade } from './trade.ts';

/** A process passes its whole context; a test only what is needed. */
export interface SeedContext extends Partial<Omit<Context, 'config'>> {
  db: Database;
  clock: Clock;
  config: { assetsDir: string };
}

const organizationOfAdvertiser = (i: number): string => `org-advertiser-${i + 1}`;
const organizationOfOutlet = (i: number): string => `org-outlet-${i + 1}`;

/** Returns false when there was nothing to do. */
export async function seed(
  ctx: SeedContext,
  options: { history?: boolean } = {},
): Promise<boolean> {
  const known = await ctx.db.select({ id: outlet.id }).from(outlet).limit(1);
  if (known.length > 0) {
    await seedLogins(ctx.db, organizationOfAdvertiser(0));
    return false;
  }
  const today = dayOf(ctx.clock());
  const keep = fileKeeper(ctx.config.assetsDir);
  await ctx.db.transaction(async (tx) => {
    const divisions = await seedDivisions(tx);
    const outlets = outletsOf(divisions);
    await seedOrganizations(tx, outlets);
    const since = addDays(today, -RUNS_BEFORE_DAYS);
    const firstDay = `${monthOf(since)}-01`;
    const outletIds = await seedOutlets(tx, outlets, organizationOfOutlet, firstDay);
    await seedAdmitted(tx, outlets, outletIds);
    const everyone = [...ADVERTISERS, ...PUBLIC_SERVICE];
    const advertisers = await seedAdvertisers(tx, everyone, organizationOfAdvertiser);
    await seedAgency(tx, advertisers.slice(1, 4));
    const creatives = await seedCreatives(tx, keep, advertisers, ctx.clock());
    const buyers = advertisers.slice(0, ADVERTISERS.length);
    const lines = await seedCampaigns(tx, buyers, divisions, creatives, today);
    await seedContracts(tx, ctx.clock, outlets, outletIds, firstDay);
    const [demoBuyer] = buyers;
    if (demoBuyer) {
      const hasHistory = options.history ?? true;
      const of = { advertiserId: demoBuyer.id, divisionCode: DEMO_OUTLET_DIVISION, hasHistory };
      await seedDeals(tx, of, today, new Date(ctx.clock()));
    }
    await seedTitles(
      tx,
      buyers.map((buyer, i) => ({ id: buyer.id, name: ADVERTISERS[i]?.name ?? '' })),
      outlets.map((o, i) => ({ id: outletIds[i] as number, name: o.name })),
    );
    await fillWallets(
      tx,
      buyers.map((b) => b.id),
      firstDay,
    );
    if (options.history ?? true) {
      await seedHistory(tx, lines, divisions, ctx.clock());
      const known = buyers.map(({ id, who }) => ({ id, category: who.category }));
      await seedKnown(tx, { advertisers: known, creatives, nowMs: ctx.clock() });
      const operator = actorOf('platform', PLATFORM);
      const places = { boughtIn: DEMO_OUTLET_DIVISION, soldIn: DEMO_SSP_DIVISION };
      await seedPartners(
        { db: tx, clock: ctx.clock },
        { operator, buyerId: buyers.at(-1)?.id ?? 0, ...places },
      );
    }
    if (demoBuyer) await seedFilms(tx, keep, demoBuyer, today, ctx.clock());
  });
  // What came in bulk has no statistics yet, and the first minutes would be planned blind.
  await ctx.db.execute(sql`ANALYZE`);
  if (options.history ?? true) await seedTradeOf(ctx);
  await seedLogins(ctx.db, organizationOfAdvertiser(0));
  if (options.history ?? true) {
    await seedDesks(ctx, {
      buyer: demoEmail('advertiser'),
      operator: demoEmail('operator'),
      finance: demoEmail('finance2'),
      secondFinance: demoEmail('finance'),
      agency: demoEmail('agency'),
      outlet: demoEmail('outlet'),
      group: demoEmail('group'),
    });
  }
  return true;
}

/** The first advertiser's: it is the one whose login the banner shows. */
async function seedTradeOf(ctx: SeedContext): Promise<void> {
  const organizationId = organizationOfAdvertiser(0);
  const [buyer] = await ctx.db
    .select({ advertiserId: advertiser.id })
    .from(advertiser)
    .where(eq(advertiser.organizationId, organizationId));
  if (buyer) await seedTrade(ctx, { ...buyer, organizationId });
}

/** Those that leave their campaigns to the agency. */
async function seedAgency(db: Db, clients: readonly { id: number }[]): Promise<void> {
  const ids = clients.map(({ id }) => id);
  const agencyOrganizationId = AGENCY;
  await db.update(advertiser).set({ agencyOrganizationId }).where(inArray(advertiser.id, ids));
}

async function seedOrganizations(db: Db, outlets: readonly SeedOutlet[]): Promise<void> {
  const row = (id: string, name: string, kind: OrganizationKind) => ({
    id,
    name,
    kind,
    slug: id,
  });
  await db
    .insert(organization)
    .values([
      row(PLATFORM, '泓泽运营中心', 'platform'),
      ...[...ADVERTISERS, ...PUBLIC_SERVICE].map((who, i) =>
        row(organizationOfAdvertiser(i), who.name, 'advertiser'),
      ),
      ...outlets.map((o, i) => row(organizationOfOutlet(i), o.name, 'outlet')),
      row(AGENCY, AGENCY_NAME, 'agency'),
    ])
    .onConflictDoNothing();
}

/** As the asset store keeps files (api/creatives/assets.ts): named by the hash of their bytes. */
function fileKeeper(folder: string): KeepFile {
  return async (sha256, bytes, ending) => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${sha256}.${ending}`), bytes);
    return `/api/assets/${sha256}.${ending}`;
  };
}

/** Balances brought over from before Hongze: no Alipay payment stands behind them, so they come from `opening`. */
async function fillWallets(db: Db, advertiserIds: readonly number[], day: Day): Promise<void> {
  const random = createRandom(20_260);
  await post(
    db,
    advertiserIds.map((advertiserId) => {
      const amountMicroCny = BigInt(random.between(120, 480)) * 1_000n * MICRO_CNY_PER_YUAN;
      return {
        key: `seed:wallet:${advertiserId}`,
        kind: 'opening',
        day,
        memo: '历史余额迁入',
        subject: `advertiser:${advertiserId}` as const,
        entries: [
          { account: accounts.opening, amountMicroCny },
          { account: accounts.wallet(advertiserId), amountMicroCny: -amountMicroCny },
        ],
      };
    }),
  );
}
