/**
 * The supply of the demo province: 2 provincial groups, 10 city groups, 80 county convergence centres; each with properties of
 * its kind, placements and a rate card. All brands are invented; only the divisions are real.
 */
import type { Db } from '../../db/client.ts';
import { outlet, placement, property, rateCard } from '../../db/schema/outlets.ts';
import { divisionLevel } from '../../db/terms/division.ts';
import type { Format, PropertyKind, Size, Tier } from '../../db/terms/market.ts';
import type { SeedDivision } from './divisions.ts';
import { PROVINCE } from './divisions.ts';
import { createRandom, type Random } from './random.ts';

export interface SeedOutlet {
  name: string;
  brand: string;
  /** Latin slug, unique: organisation slug and host. */
  slug: string;
  tier: Tier;
  divisionCode: string;
}

const FIRST = ['听', '晴', '禾', '云', '青', '澄', '南', '知', '新', '明'];
const SECOND = ['潮', '川', '声', '汀', '麓', '江', '窗', '溪', '屏', '桥'];

/** One city has no outlet of its own (its counties do), ten counties have none: so it is in a province that is joining. */
const WITHOUT = {
  city: ['330900'],
  counties: [
    '330108', '330114', '330212', '330305', '330411', '330603', '330727', '330803', '330922', '331127',
  ],
}; // biome-ignore format: one line

const short = (name: string): string =>
  name.length > 2 ? name.replace(/(畲族自治县|区|县|市)$/, '') : name;

/** Outlets in the order of their ids: provincial, city, county. */
export function outletsOf(divisions: readonly SeedDivision[]): SeedOutlet[] {
  const brand = (n: number): string => `${FIRST[n % 10]}${SECOND[(n + Math.floor(n / 10)) % 10]}`;
  const outlets: SeedOutlet[] = [
    {
      name: '钱塘新澜报业集团',
      brand: '新澜',
      slug: 'xinlan',
      tier: 'province',
      divisionCode: PROVINCE,
    },
    {
      name: '之澜广播电视集团',
      brand: '之澜',
      slug: 'zhilan',
      tier: 'province',
      divisionCode: PROVINCE,
    },
  ];
  for (const { code, nameZh, nameEn } of divisions) {
    const level = divisionLevel(code);
    const latin = (nameEn.split(' ')[0] ?? code).toLowerCase().replaceAll("'", '');
    const own = brand(outlets.length);
    if (level === 'city' && !WITHOUT.city.includes(code)) {
      const name = `${short(nameZh)}${own}传媒集团`;
      outlets.push({ name, brand: own, slug: `${latin}-media`, tier: 'city', divisionCode: code });
    } else if (level === 'county' && !WITHOUT.counties.includes(code)) {
      const name = `${short(nameZh)}${own}融媒体中心`;
      const slug = `${latin}-${code.slice(2)}`;
      outlets.push({ name, brand: own, slug, tier: 'county', divisionCode: code });
    }
  }
  return outlets;
}

interface PlacementPlan {
  name: string;
  format: Format;
  sizes: Size[];
  /** CPM floor in fen at county level; city and province ask more. */
  floorCpmFen: number;
  unit: 'CPM' | 'CPT' | 'CPD_DAY' | 'SPOT' | 'POST';
  /** Rate card price in fen at county level. */
  priceFen: number;
  /** Of a broadcast spot. */
  spotSeconds?: number;
  airHour?: number;
  dailySlots?: number;
}

interface PropertyPlan {
  kind: PropertyKind;
  name: (o: SeedOutlet) => string;
  domain: (o: SeedOutlet) => string | null;
  placements: PlacementPlan[];
}

const size = (w: number, h: number): Size[] => [{ w, h }];
const spot = (
  name: string,
  format: Format,
  sizes: Size[],
  floorCpmFen: number,
  unit: PlacementPlan['unit'],
  priceFen: number,
): PlacementPlan => ({ name, format, sizes, floorCpmFen, unit, priceFen });

const APP: PropertyPlan = {
  kind: 'app',
  name: (o) => `${o.brand}新闻客户端`,
  domain: (o) => `cn.hongze.demo.${o.slug.replaceAll('-', '')}`,
  placements: [
    spot('开屏', 'splash', size(1080, 1920), 1_500, 'CPM', 4_000),
    spot('首页信息流第三条', 'native', size(640, 360), 600, 'CPM', 2_000),
    spot('文章底部横幅', 'banner', size(640, 100), 400, 'CPM', 1_200),
    spot('短视频前贴', 'video', size(640, 360), 1_200, 'CPM', 3_500),
  ],
};
const SITE: PropertyPlan = {
  kind: 'site',
  name: (o) => `${o.brand}网`,
  domain: (o) => `${o.slug}.demo.hongze.example`,
  placements: [
    spot('首页通栏', 'banner', size(728, 90), 400, 'CPM', 1_500),
    spot('正文画中画', 'banner', size(300, 250), 500, 'CPM', 1_600),
  ],
};
const WECHAT: PropertyPlan = {
  kind: 'wechat',
  name: (o) => `${o.brand}发布（公众号）`,
  domain: () => null,
  placements: [spot('头条推送', 'post', [], 0, 'POST', 300_000)],
};
const H5: PropertyPlan = {
  kind: 'h5',
  name: (o) => `${o.brand}专题页`,
  domain: (o) => `h5.${o.slug}.demo.hongze.example`,
  placements: [spot('专题底部横幅', 'banner', size(640, 100), 350, 'CPM', 1_000)],
};
const MINI: PropertyPlan = {
  kind: 'mini_program',
  name: (o) => `${o.brand}办事小程序`,
  domain: (o) => `wxdemo${o.divisionCode}`,
  placements: [spot('办结页横幅', 'banner', size(640, 100), 450, 'CPM', 1_300)],
};
const TV: PropertyPlan = {
  kind: 'tv',
  name: (o) => `${o.brand}电视频道`,
  domain: () => null,
  placements: [
    {
      ...spot('晚间新闻前 15 秒', 'spot', [], 0, 'SPOT', 200_000),
      spotSeconds: 15,
      airHour: 18,
      dailySlots: 4,
    },
  ],
};
const RADIO: PropertyPlan = {
  kind: 'radio',
  name: (o) => `${o.brand}交通广播`,
  domain: (o) => `radio.${o.slug}.demo.hongze.example`,
  placements: [
    spot('直播流音频前贴', 'audio', [], 500, 'CPM', 1_500),
    {
      ...spot('早高峰 15 秒', 'spot', [], 0, 'SPOT', 60_000),
      spotSeconds: 15,
      airHour: 7,
      dailySlots: 6,
    },
  ],
};
const OUTDOOR: PropertyPlan = {
  kind: 'outdoor',
  name: (o) => `${o.brand}城市联播屏`,
  domain: () => null,
  placements: [spot('横屏联播 15 秒', 'dooh', size(1920, 1080), 800, 'CPM', 2_500)],
};
const PAPER: PropertyPlan = {
  kind: 'newspaper',
  name: (o) => `${o.brand}日报`,
  domain: () => null,
  placements: [spot('要闻版半版', 'print', [], 0, 'CPD_DAY', 1_500_000)],
};
const LOUDSPEAKER: PropertyPlan = {
  kind: 'loudspeaker',
  name: (o) => `${o.brand}村村响`,
  domain: () => null,
  placements: [
    {
      ...spot('早间播报后 15 秒', 'spot', [], 0, 'SPOT', 8_000),
      spotSeconds: 15,
      airHour: 6,
      dailySlots: 2,
    },
  ],
};

const PLANS: Record<Tier, PropertyPlan[]> = {
  province: [APP, SITE, WECHAT, H5, TV, RADIO, OUTDOOR, PAPER],
  city: [APP, SITE, WECHAT, MINI, TV, RADIO, OUTDOOR, PAPER],
  county: [APP, SITE, WECHAT],
};
/** What every third county has besides. */
const COUNTY_EXTRAS = [LOUDSPEAKER, MINI, RADIO];

/** Prices by tier, in per cent of the county's. */
const PRICE_PERCENT: Record<Tier, number> = { county: 100, city: 160, province: 260 };

const priced = (fen: number, tier: Tier, random: Random): number =>
  Math.round((fen * PRICE_PERCENT[tier] * random.between(90, 115)) / 10_000 / 10) * 10;

/** Inserts supply; ids follow the order of insertion, so that demo URLs are stable. */
export async function seedOutlets(
  db: Db,
  outlets: readonly SeedOutlet[],
  organizationOf: (index: number) => string,
  effectiveFrom: string,
): Promise<number[]> {
  const random = createRandom(92);
  const outletIds = await db
    .insert(outlet)
    .values(
      outlets.map((o, i) => ({
        organizationId: organizationOf(i),
        name: o.name,
        tier: o.tier,
        divisionCode: o.divisionCode,
        status: 'active' as const,
        payeeName: o.name,
        payeeAlipayAccount: `${o.slug}@demo.hongze.example`,
        qualifications: [
          { kind: 'business_licence', no: `91330000DEMO${1000 + i}`, expiresOn: null },
        ],
        // County centres of the demo decline some trades, as many do.
        blockedCategories: o.tier === 'county' && i % 7 === 0 ? ['medical', 'drug'] : [],
      })),
    )
    .returning({ id: outlet.id });
  const plans = outlets.flatMap((o, i) => {
    const extra = o.tier === 'county' ? COUNTY_EXTRAS[i % 9] : undefined;
    const all = [...PLANS[o.tier], ...(extra ? [extra] : [])];
    return all.map((plan) => ({ o, plan, outletId: outletIds[i]?.id as number }));
  });
  const propertyIds = await db
    .insert(property)
    .values(
      plans.map(({ o, plan, outletId }) => ({
        outletId,
        kind: plan.kind,
        name: plan.name(o),
        domain: plan.domain(o),
      })),
    )
    .returning({ id: property.id });
  const rows = plans.flatMap(({ o, plan, outletId }, i) =>
    plan.placements.map((p) => ({ o, p, outletId, propertyId: propertyIds[i]?.id as number })),
  );
  const placementIds = await db
    .insert(placement)
    .values(
      rows.map(({ o, p, outletId, propertyId }) => ({
        outletId,
        propertyId,
        name: p.name,
        format: p.format,
        sizes: p.sizes,
        floorCpmFen: priced(p.floorCpmFen, o.tier, random),
        spotSeconds: p.spotSeconds ?? null,
        airHour: p.airHour ?? null,
        dailySlots: p.dailySlots ?? 1,
      })),
    )
    .returning({ id: placement.id });
  await db.insert(rateCard).values(
    rows.map(({ o, p }, i) => ({
      placementId: placementIds[i]?.id as number,
      unit: p.unit,
      priceFen: priced(p.priceFen, o.tier, random),
      effectiveFrom,
    })),
  );
  return outletIds.map((row) => row.id);
}
