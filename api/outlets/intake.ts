/**
 * An outlet's properties, placements and prices by spreadsheet: one row a placement, its property made where it is first
 * named. Owns the columns and their words; refuses rows that name what is there already, by the cell.
 */
import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { placement, property } from '../../db/schema/outlets.ts';
import { daySchema } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import {
  FORMATS,
  type Format,
  PROPERTY_KINDS,
  type PropertyKind,
  RATE_UNITS,
  type RateUnit,
  type Size,
} from '../../db/terms/market.ts';
import { assertOwned } from '../http/auth.ts';
import { takeIn } from '../http/intake.ts';
import { type Column, checkRows, rowsOf } from '../http/sheet.ts';
import { parsed } from '../http/validation.ts';
import { readGrid } from '../http/workbook.ts';
import type { Actor } from '../identity/actor.ts';
import { createProperty } from './outlets.ts';
import { type OutletContext, outletOwnership } from './ownership.ts';
import { createPlacement, publishRate } from './placements.ts';
import { newPlacementSchema, newPropertySchema, newRateCardSchema } from './shapes.ts';

export const SUPPLY_COLUMNS: readonly Column[] = [
  { key: 'propertyName', zh: '站点名称', en: 'Property', required: true, example: '云潮新闻客户端' },
  { key: 'kind', zh: '站点类型', en: 'Kind', required: true, example: '客户端' },
  { key: 'domain', zh: '域名或包名', en: 'Domain', example: 'news.example.cn' },
  { key: 'name', zh: '广告位名称', en: 'Placement', required: true, example: '首页信息流第三条' },
  { key: 'format', zh: '广告形式', en: 'Format', required: true, example: '信息流' },
  { key: 'sizes', zh: '尺寸', en: 'Sizes', example: '640x360' },
  { key: 'floor', zh: '底价（元/千次）', en: 'Floor yuan CPM', example: '6.00' },
  { key: 'dailySlots', zh: '每日轮播数', en: 'Slots a day', example: 1 },
  { key: 'spotSeconds', zh: '每条秒数', en: 'Spot seconds', example: '' },
  { key: 'airHour', zh: '播出小时', en: 'Air hour', example: '' },
  { key: 'unit', zh: '计价单位', en: 'Unit', example: '天' },
  { key: 'price', zh: '刊例价（元）', en: 'Price yuan', example: '800.00' },
  { key: 'effectiveFrom', zh: '价格生效日', en: 'Price from', example: '2027-01-01' },
]; // biome-ignore format: a table

const KINDS: Record<string, PropertyKind> = {
  客户端: 'app', 网站: 'site', H5: 'h5', 小程序: 'mini_program', 公众号: 'wechat', 微信公众号: 'wechat', 电视: 'tv',
  广播: 'radio', 报纸: 'newspaper', 户外屏: 'outdoor', 户外: 'outdoor', 大喇叭: 'loudspeaker', 村村响: 'loudspeaker',
}; // biome-ignore format: a word list
const FORMAT_WORDS: Record<string, Format> = {
  横幅: 'banner', 信息流: 'native', 视频: 'video', 开屏: 'splash', 音频: 'audio', 户外屏: 'dooh', 推文: 'post',
  广播电视: 'spot', 插播: 'spot', 版面: 'print', 报纸版面: 'print',
}; // biome-ignore format: a word list
const UNIT_WORDS: Record<string, RateUnit> = {
  千次: 'CPM', 时段: 'CPT', 天: 'CPD_DAY', 条: 'SPOT', 篇: 'POST',
}; // biome-ignore format: a word list

function word<Value extends string>(words: Record<string, Value>, values: readonly Value[]) {
  const known = [...Object.keys(words), ...values].join('、');
  return z.string().transform((text, context) => {
    const found = words[text] ?? values.find((one) => one.toLowerCase() === text.toLowerCase());
    if (found) return found;
    context.addIssue({ code: 'custom', message: `只能是：${known}|must be one of: ${known}` });
    return z.NEVER;
  });
}

const wholeNumber = z
  .string()
  .regex(/^\d{1,6}$/, '应为整数|must be a whole number')
  .transform(Number);

/** Yuan with two places at most, in fen. */
const yuan = z
  .string()
  .regex(
    /^\d{1,8}(\.\d{1,2})?$/,
    '应为金额（元），最多两位小数|must be yuan with two places at most',
  )
  .transform((text) => {
    const [whole = '0', fraction = ''] = text.split('.');
    return Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
  });

const sizes = z
  .string()
  .transform((text) => text.split(/[;；,，、\s]+/).filter(Boolean))
  .pipe(
    z
      .array(
        z
          .string()
          .regex(/^\d{1,4}[x×*]\d{1,4}$/i, '尺寸应写作 640x100|write sizes as 640x100')
          .transform((text): Size => {
            const [w = 0, h = 0] = text.split(/[x×*]/i).map(Number);
            return { w, h };
          }),
      )
      .max(20),
  );

const rowSchema = z
  .object({
    propertyName: z.string().min(1).max(100),
    kind: word(KINDS, PROPERTY_KINDS),
    domain: z.string().optional(),
    name: z.string().min(1).max(100),
    format: word(FORMAT_WORDS, FORMATS),
    sizes: sizes.optional(),
    floor: yuan.optional(),
    dailySlots: wholeNumber.optional(),
    spotSeconds: wholeNumber.optional(),
    airHour: wholeNumber.optional(),
    unit: word(UNIT_WORDS, RATE_UNITS).optional(),
    price: yuan.optional(),
    effectiveFrom: daySchema.optional(),
  })
  .superRefine((row, context) => {
    const parts = [row.unit, row.price, row.effectiveFrom];
    const given = parts.filter((one) => one !== undefined).length;
    if (given === 0 || given === 3) return;
    const path =
      row.unit === undefined ? 'unit' : row.price === undefined ? 'price' : 'effectiveFrom';
    const message = '计价单位、刊例价与生效日须一同填写|unit, price and its first day go together';
    context.addIssue({ code: 'custom', path: [path], message });
  });

/** What a verb calls a field, where the sheet calls it otherwise. */
const KEY_OF: Record<string, string> = {
  floorCpmFen: 'floor',
  priceFen: 'price',
  propertyId: 'propertyName',
};

/** Previews or takes in a sheet of an outlet. @throws Failure naming each cell. */
export async function importSupply(
  ctx: OutletContext,
  actor: Actor,
  input: { outletId: number; file: Uint8Array; apply: boolean },
) {
  await assertOwned(ctx.db, actor, outletOwnership, [input.outletId], '/outletId');
  const rows = rowsOf(await readGrid(input.file), SUPPLY_COLUMNS);
  const { good, faults } = checkRows(rows, rowSchema);
  const options = {
    apply: input.apply,
    faults,
    total: rows.length,
    keyOf: (field: string) => KEY_OF[field] ?? field,
  };
  return takeIn(ctx.db, good, options, async (tx, row) => {
    const at = { ...ctx, db: tx };
    const { propertyId, isNew } = await propertyFor(at, actor, input.outletId, row);
    await assertUnknown(at, propertyId, row.name);
    const { name, format } = row;
    const made = await createPlacement(
      at,
      actor,
      parsed(newPlacementSchema, {
        propertyId,
        name,
        format,
        sizes: row.sizes ?? [],
        floorCpmFen: row.floor ?? 0,
        ...(row.dailySlots === undefined ? {} : { dailySlots: row.dailySlots }),
        spotSeconds: row.spotSeconds ?? null,
        airHour: row.airHour ?? null,
      }),
    );
    const { unit, price, effectiveFrom } = row;
    if (unit && price !== undefined && effectiveFrom) {
      const rate = { placementId: made.id, unit, priceFen: price, effectiveFrom };
      await publishRate(at, actor, parsed(newRateCardSchema, rate));
    }
    return { propertyName: row.propertyName, newProperty: isNew, kind: row.kind, name, format };
  });
}

type Row = z.infer<typeof rowSchema>;

/** The outlet's property of this name, made where there is none. */
async function propertyFor(ctx: OutletContext, actor: Actor, outletId: number, row: Row) {
  const [known] = await ctx.db
    .select({ id: property.id, kind: property.kind })
    .from(property)
    .where(and(eq(property.outletId, outletId), eq(property.name, row.propertyName)))
    .limit(1);
  if (!known) {
    const input = { outletId, kind: row.kind, name: row.propertyName, domain: row.domain ?? null };
    const made = await createProperty(ctx, actor, parsed(newPropertySchema, input));
    return { propertyId: made.id, isNew: true };
  }
  if (known.kind !== row.kind) {
    throw new Failure('invalid_input', {
      pointer: '/kind',
      zh: `「${row.propertyName}」已登记为其他类型（${known.kind}）`,
      en: `“${row.propertyName}” is on file as ${known.kind}`,
    });
  }
  return { propertyId: known.id, isNew: false };
}

async function assertUnknown(ctx: OutletContext, propertyId: number, name: string): Promise<void> {
  const same = and(eq(placement.propertyId, propertyId), eq(placement.name, name));
  if ((await ctx.db.$count(placement, same)) === 0) return;
  throw new Failure('conflict', {
    pointer: '/name',
    zh: `「${name}」已存在，请在广告位列表中修改`,
    en: `“${name}” is there already; edit it in the list`,
  });
}
