/** Reading supply: what each side may see of it. Money details of an outlet are its own and the platform's. */
import { and, asc, eq, gt, ilike, like, type SQL } from 'drizzle-orm';
import { playerKey } from '../../bidding/wire/player.ts';
import type { Db } from '../../db/client.ts';
import { outletAdmission } from '../../db/schema/onboarding.ts';
import { floorRule, outlet, placement, property, rateCard } from '../../db/schema/outlets.ts';
import { divisionPrefix } from '../../db/terms/division.ts';
import { Failure } from '../../db/terms/failure.ts';
import { notFound, ownedBy } from '../http/auth.ts';
import { decodeIdCursor, type Page, type PageQuery, pageOf } from '../http/paging.ts';
import type { Actor } from '../identity/actor.ts';
import type { SupplyFilter } from './shapes.ts';

const literal = (text: string) => text.replace(/[\\%_]/g, '\\$&');

/** Buyers see who sells, where and what; never payee, papers or blocklists. */
const directory = {
  id: outlet.id,
  name: outlet.name,
  tier: outlet.tier,
  divisionCode: outlet.divisionCode,
  status: outlet.status,
};

const buys = (actor: Actor) => actor.kind === 'advertiser' || actor.kind === 'agency';

function outletConditions(filter: SupplyFilter, page: PageQuery): (SQL | undefined)[] {
  const after = decodeIdCursor(page.cursor);
  const { divisionCode, tier, status, q } = filter;
  return [
    after === undefined ? undefined : gt(outlet.id, after),
    tier && eq(outlet.tier, tier),
    status && status !== 'paused' ? eq(outlet.status, status) : undefined,
    divisionCode ? like(outlet.divisionCode, `${divisionPrefix(divisionCode)}%`) : undefined,
    q ? ilike(outlet.name, `%${literal(q)}%`) : undefined,
  ];
}

/** With how far its admission has come, null where it was never begun; a buyer is not told. */
export async function listOutlets(db: Db, actor: Actor, filter: SupplyFilter, page: PageQuery) {
  const visible = buys(actor) ? eq(outlet.status, 'active') : ownedBy(actor, { outlet: outlet.id });
  const rows = await db
    .select({ ...directory, admission: outletAdmission.status })
    .from(outlet)
    .leftJoin(outletAdmission, eq(outletAdmission.outletId, outlet.id))
    .where(and(visible, ...outletConditions(filter, page)))
    .orderBy(asc(outlet.id))
    .limit(page.limit + 1);
  const told = rows.map(({ admission, ...row }) => (buys(actor) ? row : { ...row, admission }));
  return pageOf<Listed>(told, page.limit, (row) => row.id);
}

type Listed = Pick<typeof outlet.$inferSelect, keyof typeof directory> & {
  admission?: typeof outletAdmission.$inferSelect.status | null;
};

export async function readOutlet(db: Db, id: number) {
  const [row] = await db.select().from(outlet).where(eq(outlet.id, id));
  if (!row) throw notFound();
  return row;
}

export async function listProperties(
  db: Db,
  actor: Actor,
  filter: SupplyFilter,
  page: PageQuery,
): Promise<Page<typeof property.$inferSelect>> {
  const after = decodeIdCursor(page.cursor);
  const rows = await db
    .select()
    .from(property)
    .where(
      and(
        buys(actor) ? eq(property.status, 'active') : ownedBy(actor, { outlet: property.outletId }),
        filter.outletId ? eq(property.outletId, filter.outletId) : undefined,
        filter.q ? ilike(property.name, `%${literal(filter.q)}%`) : undefined,
        after === undefined ? undefined : gt(property.id, after),
      ),
    )
    .orderBy(asc(property.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit, (row) => row.id);
}

export async function listPlacements(db: Db, actor: Actor, filter: SupplyFilter, page: PageQuery) {
  const after = decodeIdCursor(page.cursor);
  const { divisionCode, tier, format, outletId, propertyId, q } = filter;
  const rows = await db
    .select({
      placement,
      outletName: outlet.name,
      tier: outlet.tier,
      divisionCode: outlet.divisionCode,
      propertyName: property.name,
      propertyKind: property.kind,
    })
    .from(placement)
    .innerJoin(outlet, eq(outlet.id, placement.outletId))
    .innerJoin(property, eq(property.id, placement.propertyId))
    .where(
      and(
        buys(actor)
          ? and(eq(placement.status, 'active'), eq(outlet.status, 'active'))
          : ownedBy(actor, { outlet: placement.outletId }),
        outletId ? eq(placement.outletId, outletId) : undefined,
        propertyId ? eq(placement.propertyId, propertyId) : undefined,
        format ? eq(placement.format, format) : undefined,
        tier ? eq(outlet.tier, tier) : undefined,
        divisionCode ? like(outlet.divisionCode, `${divisionPrefix(divisionCode)}%`) : undefined,
        q ? ilike(placement.name, `%${literal(q)}%`) : undefined,
        after === undefined ? undefined : gt(placement.id, after),
      ),
    )
    .orderBy(asc(placement.id))
    .limit(page.limit + 1);
  const flat = rows.map(({ placement: spot, ...rest }) => ({ ...spot, ...rest }));
  return pageOf(flat, page.limit, (row) => row.id);
}

/** Fails with `conflict` for a placement that is no screen: its pages carry a tag, and need no key. */
export async function readPlayerKey(
  ctx: { db: Db; config: { tokenKey: string } },
  id: number,
): Promise<string> {
  const spot = await readPlacement(ctx.db, id);
  if (spot.format === 'dooh') return playerKey(ctx.config.tokenKey, id);
  throw new Failure('conflict', {
    zh: '只有户外屏广告位有播放器密钥',
    en: 'only an outdoor screen has a player’s key',
  });
}

export async function readPlacement(db: Db, id: number) {
  const [row] = await db.select().from(placement).where(eq(placement.id, id));
  if (!row) throw notFound();
  return row;
}

export async function listFloorRules(
  db: Db,
  actor: Actor,
  filter: SupplyFilter,
): Promise<Page<typeof floorRule.$inferSelect>> {
  const items = await db
    .select()
    .from(floorRule)
    .where(
      and(
        ownedBy(actor, { outlet: floorRule.outletId }),
        filter.outletId ? eq(floorRule.outletId, filter.outletId) : undefined,
        filter.placementId ? eq(floorRule.placementId, filter.placementId) : undefined,
      ),
    )
    .orderBy(asc(floorRule.id))
    .limit(5000);
  return { items, nextCursor: null };
}

/** Prices with their history, newest of a placement and unit first. Public to whoever is signed in. */
export async function listRates(
  db: Db,
  actor: Actor,
  filter: SupplyFilter,
  page: PageQuery,
): Promise<Page<typeof rateCard.$inferSelect & { outletId: number; placementName: string }>> {
  const after = decodeIdCursor(page.cursor);
  const rows = await db
    .select({ rate: rateCard, outletId: placement.outletId, placementName: placement.name })
    .from(rateCard)
    .innerJoin(placement, eq(placement.id, rateCard.placementId))
    .where(
      and(
        buys(actor) ? undefined : ownedBy(actor, { outlet: placement.outletId }),
        filter.outletId ? eq(placement.outletId, filter.outletId) : undefined,
        filter.placementId ? eq(rateCard.placementId, filter.placementId) : undefined,
        after === undefined ? undefined : gt(rateCard.id, after),
      ),
    )
    .orderBy(asc(rateCard.id))
    .limit(page.limit + 1);
  return pageOf(
    rows.map(({ rate, ...rest }) => ({ ...rate, ...rest })),
    page.limit,
    (row) => row.id,
  );
}
