/**
 * A campaign's line items as a spreadsheet: taken out, edited by many hands, brought back. Owns the columns; a row with a
 * number edits that line item at the version it was taken out at, a row without one drafts a new one. All rows or none.
 */
import { and, eq, isNull, ne } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { campaign, lineItem } from '../../db/schema/campaigns.ts';
import { division } from '../../db/schema/delivery.ts';
import { daySchema } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { PRICINGS, type Pricing } from '../../db/terms/market.ts';
import { fenToYuan, formatYuan } from '../../db/terms/money.ts';
import { assertOwned } from '../http/auth.ts';
import { takeIn } from '../http/intake.ts';
import { type Column, checkRows, rowsOf, sheetOf, yuanCell } from '../http/sheet.ts';
import { safe } from '../http/sheetFile.ts';
import { parsed } from '../http/validation.ts';
import { readGrid } from '../http/workbook.ts';
import type { Actor } from '../identity/actor.ts';
import { applyLineItemEdit, createLineItem } from './lineItems.ts';
import { campaignOwnership, type DemandContext } from './ownership.ts';
import {
  deviceOf,
  divisionsNamed,
  fromTarget,
  type NamedDivision,
  toTarget,
} from './plainTarget.ts';
import { lineItemChangesSchema, newLineItemSchema } from './shapes.ts';

export const LINE_ITEM_COLUMNS: readonly Column[] = [
  { key: 'id', zh: '编号', en: 'Id', example: '' },
  { key: 'version', zh: '版本', en: 'Version', example: '' },
  { key: 'name', zh: '名称', en: 'Name', required: true, example: '杭州横幅' },
  { key: 'pricing', zh: '计费方式', en: 'Pricing', required: true, example: '千次' },
  { key: 'bid', zh: '出价（元）', en: 'Bid yuan', required: true, example: '12.00' },
  { key: 'daily', zh: '日预算（元）', en: 'Daily yuan', required: true, example: '500.00' },
  { key: 'total', zh: '总预算（元）', en: 'Total yuan', required: true, example: '5000.00' },
  { key: 'pacing', zh: '投放节奏', en: 'Pacing', example: '匀速' },
  { key: 'startsOn', zh: '开始日期', en: 'Starts on', required: true, example: '2027-01-01' },
  { key: 'endsOn', zh: '结束日期', en: 'Ends on', required: true, example: '2027-01-31' },
  { key: 'divisions', zh: '地域', en: 'Divisions', example: '杭州市、330782' },
  { key: 'devices', zh: '设备', en: 'Devices', example: '手机、平板' },
  { key: 'hours', zh: '时段', en: 'Hours', example: '8-22' },
  { key: 'creativeIds', zh: '创意编号', en: 'Creatives', example: '' },
]; // biome-ignore format: a table

/** In the places of a target that a sheet cannot hold; brought back, it leaves that target as it is. */
const CUSTOM = '（自定义）';
const PRICING_WORDS: Record<string, Pricing> = { 千次: 'CPM', 点击: 'CPC', 转化: 'OCPC' };
const PACING_WORDS: Record<string, 'even' | 'asap'> = { 匀速: 'even', 尽速: 'asap' };

const yuan = yuanCell.refine((amount) => amount >= 0n, '应为金额（元）|must be an amount in yuan');
const list = z.string().transform((text) => text.split(/[、,，;；\s]+/).filter(Boolean));
const whole = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, '应为编号|must be a number')
  .transform(Number);
const oneOf = <Value extends string>(words: Record<string, Value>, values: readonly Value[]) =>
  z.string().transform((text, context) => {
    const found = words[text] ?? values.find((one) => one.toLowerCase() === text.toLowerCase());
    if (found) return found;
    const known = [...Object.keys(words), ...values].join('、');
    context.addIssue({ code: 'custom', message: `只能是：${known}|must be one of: ${known}` });
    return z.NEVER;
  });
const hours = z
  .string()
  .regex(/^([01]?\d|2[0-3])-([01]?\d|2[0-4])$/, '应写作 8-22|write hours as 8-22')
  .transform((text) => {
    const [from = 0, to = 24] = text.split('-').map(Number);
    return { from, to };
  })
  .refine(({ from, to }) => from < to, '结束应晚于开始|the end must be after the start');

const rowSchema = z
  .object({
    id: whole.optional(),
    version: whole.optional(),
    name: z.string().min(1).max(100),
    pricing: oneOf(PRICING_WORDS, PRICINGS),
    bid: yuan,
    daily: yuan,
    total: yuan,
    pacing: oneOf(PACING_WORDS, ['even', 'asap']).optional(),
    startsOn: daySchema,
    endsOn: daySchema,
    divisions: list.optional(),
    devices: list.optional(),
    hours: z.union([z.literal(CUSTOM), hours]).optional(),
    creativeIds: list.pipe(z.array(whole)).optional(),
  })
  .refine((row) => (row.id === undefined) === (row.version === undefined), {
    path: ['version'],
    message: '编号与版本须同时填写|number and version go together',
  });
type Row = z.infer<typeof rowSchema>;

const KEY_OF: Record<string, string> = {
  bidFen: 'bid',
  dailyBudgetMicroCny: 'daily',
  totalBudgetMicroCny: 'total',
  target: 'divisions',
};

const wrong = (pointer: string, zh: string, en: string) =>
  new Failure('invalid_input', { pointer, zh, en });

function targetOf(row: Row, known: readonly NamedDivision[]) {
  const isCustom = row.divisions?.[0] === CUSTOM || row.hours === CUSTOM;
  if (isCustom && row.id !== undefined) return undefined;
  const divisionCodes = (row.divisions ?? []).map((word) => {
    const codes = divisionsNamed(word, known);
    const [code, ...others] = codes;
    if (code === undefined) throw wrong('/target', `没有「${word}」`, `there is no “${word}”`);
    if (others.length > 0) {
      const choice = codes.join('、');
      throw wrong(
        '/target',
        `「${word}」有多个，请写代码：${choice}`,
        `“${word}” may be ${choice}`,
      );
    }
    return code;
  });
  const devices = (row.devices ?? []).map((word) => {
    const device = deviceOf(word);
    if (device === undefined) throw wrong('/devices', `没有「${word}」`, `no such device: ${word}`);
    return device;
  });
  const span = row.hours === undefined || row.hours === CUSTOM ? null : row.hours;
  return toTarget({ divisionCodes, devices, hours: span });
}

/** Fields as the API's own schemas take them; a bid of less than a fen is refused where it stands. */
function fieldsOf(row: Row, known: readonly NamedDivision[]) {
  if (row.bid % 10_000n !== 0n) {
    throw wrong('/bid', '出价最多两位小数', 'a bid has two places at most');
  }
  const target = targetOf(row, known);
  return {
    name: row.name,
    pricing: row.pricing,
    bidFen: Number(row.bid / 10_000n),
    dailyBudgetMicroCny: row.daily.toString(),
    totalBudgetMicroCny: row.total.toString(),
    ...(row.pacing ? { pacing: row.pacing } : {}),
    startsOn: row.startsOn,
    endsOn: row.endsOn,
    ...(target ? { target } : {}),
  };
}

const knownDivisions = (db: Db): Promise<NamedDivision[]> =>
  db
    .select({ code: division.code, nameZh: division.nameZh, parentCode: division.parentCode })
    .from(division)
    .where(isNull(division.validTo));

/** Previews or takes in a sheet of one campaign. @throws Failure naming each cell. */
export async function importLineItems(
  ctx: DemandContext,
  actor: Actor,
  input: { campaignId: number; file: Uint8Array; apply: boolean },
) {
  const { campaignId, apply } = input;
  await assertOwned(ctx.db, actor, campaignOwnership, [campaignId], '/campaignId');
  const rows = rowsOf(await readGrid(input.file), LINE_ITEM_COLUMNS);
  const { good, faults } = checkRows(rows, rowSchema);
  const known = await knownDivisions(ctx.db);
  const keyOf = (field: string) => KEY_OF[field] ?? field;
  const options = { apply, faults, total: rows.length, keyOf };
  return takeIn(ctx.db, good, options, async (tx, row) => {
    const fields = fieldsOf(row, known);
    const at = { ...ctx, db: tx };
    if (row.id === undefined) {
      const creativeIds = row.creativeIds ?? [];
      const draft = { target: { all: [] }, ...fields, campaignId, creativeIds };
      const made = await createLineItem(at, actor, parsed(newLineItemSchema, draft));
      return { id: made.id, name: made.name, isNew: true, changed: true };
    }
    const [mine] = await tx
      .select({ campaignId: lineItem.campaignId })
      .from(lineItem)
      .where(eq(lineItem.id, row.id));
    if (mine?.campaignId !== campaignId) {
      throw wrong('/id', '不是此推广计划的投放单元', 'no line item of this campaign');
    }
    const changes = { ...parsed(lineItemChangesSchema, fields), version: row.version as number };
    const saved = await applyLineItemEdit(tx, ctx, actor, row.id, changes);
    return { id: row.id, name: saved.name, isNew: false, changed: saved.version !== row.version };
  });
}

const wordOf = <Value extends string>(words: Record<string, Value>, value: Value): string =>
  Object.keys(words).find((word) => words[word] === value) ?? value;

/** What there is, as the import reads it back. */
export async function exportLineItems(db: Db, campaignId: number) {
  const items = await db
    .select()
    .from(lineItem)
    .innerJoin(campaign, eq(campaign.id, lineItem.campaignId))
    .where(and(eq(lineItem.campaignId, campaignId), ne(lineItem.status, 'archived')))
    .orderBy(lineItem.id);
  return sheetOf(
    LINE_ITEM_COLUMNS,
    items.map(({ line_item: item }) => {
      const plain = fromTarget(item.target);
      return {
        id: item.id,
        version: item.version,
        name: safe(item.name),
        pricing: wordOf(PRICING_WORDS, item.pricing),
        bid: fenToYuan(item.bidFen),
        daily: formatYuan(item.dailyBudgetMicroCny),
        total: formatYuan(item.totalBudgetMicroCny),
        pacing: wordOf(PACING_WORDS, item.pacing),
        startsOn: item.startsOn,
        endsOn: item.endsOn,
        divisions: plain ? plain.divisionCodes.join('、') : CUSTOM,
        devices: plain?.devices.join('、') ?? '',
        hours: plain?.hours ? `${plain.hours.from}-${plain.hours.to}` : '',
      };
    }),
  );
}
