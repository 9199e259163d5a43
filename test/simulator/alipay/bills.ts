/**
 * The daily account bill (账务明细, `signcustomer`) as the real one is: a zip whose file names are GBK, a CSV in
 * gb18030 with tab-padded numbers, `#` lines with totals. Also produces its faults.
 */
import iconv from 'iconv-lite';
import type { Day } from '../../../db/terms/day.ts';
import { addDays, dayOf } from '../../../db/terms/day.ts';
import type { BillFault } from './faults.ts';
import type { Movement } from './records.ts';
import { alipayTime, fenText } from './wire.ts';
import { zipOf } from './zip.ts';

const HEADER =
  '账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注';

/** Numbers are padded with a tab so that a spreadsheet leaves their digits alone. */
function row(m: Movement): string {
  const income = m.amountFen > 0n ? fenText(m.amountFen) : '0.00';
  const expense = m.amountFen < 0n ? fenText(m.amountFen) : '0.00';
  const title = m.title.replaceAll(',', '，');
  return [
    `${m.serial}\t`,
    `${m.businessSerial}\t`,
    `${m.outNo}\t`,
    title,
    alipayTime(m.atMs),
    m.counterparty,
    income,
    expense,
    fenText(m.balanceFen),
    '支付宝',
    m.kind,
    m.remark.replaceAll(',', '，'),
  ].join(',');
}

/** Applies a fault to the movements that are listed; totals follow what is listed, so only matching can tell. */
function disturb(list: Movement[], fault: BillFault | undefined): Movement[] {
  const target = list.find((m) => m.kind !== '收费' && m.kind !== '充值') ?? list[0];
  if (!target) return list;
  switch (fault) {
    case 'duplicated_row':
      return list.flatMap((m) => (m === target ? [m, m] : [m]));
    case 'missing_row':
      return list.filter((m) => m !== target);
    case 'extra_row': {
      // Listed, but the account's balance knows nothing of it.
      const extra: Movement = {
        ...target,
        serial: `${target.serial}9`,
        businessSerial: `${target.businessSerial}9`,
        outNo: 'UNKNOWN-1',
        amountFen: 12_345n,
        kind: '在线支付',
      };
      return list.flatMap((m) => (m === target ? [m, extra] : [m]));
    }
    case 'one_fen_off':
      return list.map((m) => (m === target ? { ...m, amountFen: m.amountFen + 1n } : m));
    default:
      return list;
  }
}

export function billCsv(
  day: Day,
  sellerId: string,
  listed: readonly Movement[],
  nowMs: number,
): string {
  const income = listed.filter((m) => m.amountFen > 0n);
  const expense = listed.filter((m) => m.amountFen < 0n);
  const sum = (list: readonly Movement[]) => fenText(list.reduce((s, m) => s + m.amountFen, 0n));
  const rule = '-'.repeat(41);
  return `${[
    '#支付宝账务明细查询',
    `#账号：[${sellerId}0156]`,
    `#起始日期：[${day.replace(/(\d+)-(\d+)-(\d+)/, '$1年$2月$3日')} 00:00:00]   终止日期：[${addDays(day, 1).replace(/(\d+)-(\d+)-(\d+)/, '$1年$2月$3日')} 00:00:00]`,
    `#${rule}账务明细列表${rule}`,
    HEADER,
    ...listed.map(row),
    `#${rule}账务明细列表结束${rule}`,
    `#支出合计：${expense.length}笔，共${sum(expense)}元`,
    `#收入合计：${income.length}笔，共${sum(income)}元`,
    `#导出时间：[${alipayTime(nowMs)}]`,
  ].join('\r\n')}\r\n`;
}

/** The zip of a day's bill. */
export function billZip(
  day: Day,
  sellerId: string,
  movements: readonly Movement[],
  nowMs: number,
  fault?: BillFault,
): Buffer {
  const listed = disturb(
    movements.filter((m) => dayOf(m.atMs) === day),
    fault,
  );
  let csv = billCsv(day, sellerId, listed, nowMs);
  if (fault === 'wrong_total')
    csv = csv.replace(/收入合计：(\d+)笔，共([\d.]+)元/, '收入合计：$1笔，共9$2元');
  if (fault === 'truncated') csv = csv.slice(0, Math.floor(csv.length * 0.6));
  const compact = day.replaceAll('-', '');
  const name = iconv.encode(`${sellerId}0156_${compact}_账务明细.csv`, 'gbk');
  const bytes =
    fault === 'wrong_encoding' ? Buffer.from(csv, 'utf8') : iconv.encode(csv, 'gb18030');
  const summary = iconv.encode(`${sellerId}0156_${compact}_账务明细(汇总).csv`, 'gbk');
  return zipOf([
    { name, bytes },
    { name: summary, bytes: iconv.encode('#支付宝账务汇总查询\r\n', 'gb18030') },
  ]);
}
