/**
 * Logs that machines keep of what they played: a broadcaster's as-run log (a sheet, one row an airing) and a screen's
 * hash-chained proof of play (JSON, one line a play). Owns the reading and counting; refuses a chain whose links do not
 * hold, since then nothing in it can be believed.
 */
import { z } from 'zod';
import { type Day, dayOf, daySchema, msOfDay } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { type Column, checkRows, rowsOf } from '../http/sheet.ts';
import { readGrid } from '../http/workbook.ts';
import { sha256Hex } from '../identity/identity.ts';

export interface Play {
  day: Day;
  hour: number;
  seconds: number;
}

export const AS_RUN_COLUMNS: readonly Column[] = [
  { key: 'day', zh: '播出日期', en: 'Day', required: true, example: '2026-03-12' },
  { key: 'time', zh: '播出时间', en: 'Time', required: true, example: '18:29:45' },
  { key: 'seconds', zh: '时长（秒）', en: 'Seconds', required: true, example: 15 },
  { key: 'creative', zh: '素材', en: 'Creative', example: '龙井茶 15 秒' },
];

const asRunRow = z.object({
  day: daySchema,
  time: z
    .string()
    .regex(/^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, '应为 24 小时制时间|must be a 24-hour time'),
  seconds: z
    .string()
    .regex(/^\d{1,4}$/, '应为秒数|must be seconds')
    .transform(Number),
  creative: z.string().optional(),
});

/** @throws Failure naming the cells. */
export async function readAsRun(bytes: Uint8Array): Promise<Play[]> {
  const { good, faults } = checkRows(rowsOf(await readGrid(bytes), AS_RUN_COLUMNS), asRunRow);
  const [first, ...rest] = faults;
  if (first) throw new Failure('invalid_input', first, ...rest);
  return good.map(({ value }) => ({
    day: value.day,
    hour: Number(value.time.split(':')[0]),
    seconds: value.seconds,
  }));
}

export const playSchema = z.strictObject({
  seq: z.number().int().positive(),
  /** ISO 8601 with its zone. */
  at: z.iso.datetime({ offset: true }),
  device: z.string().min(1).max(100),
  creative: z.string().min(1).max(200),
  durationMs: z.number().int().min(1).max(3_600_000),
  previousHash: z.string().regex(/^[0-9a-f]{64}$/),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ChainedPlay = z.infer<typeof playSchema>;

/** What a link's hash covers, in this order. */
export const hashOfPlay = (play: Omit<ChainedPlay, 'hash'>): string =>
  sha256Hex(
    JSON.stringify([
      play.previousHash,
      play.seq,
      play.at,
      play.device,
      play.creative,
      play.durationMs,
    ]),
  );

const MAX_PLAYS = 20_000;

const broken = (line: number, zh: string, en: string) =>
  new Failure('invalid_input', {
    pointer: `/lines/${line + 1}`,
    zh: `第 ${line + 1} 行：${zh}`,
    en: `line ${line + 1}: ${en}`,
  });

/** @throws Failure naming the line at which the chain breaks. */
export function readPlayChain(text: string): Play[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0 || lines.length > MAX_PLAYS) {
    throw new Failure('too_many', {
      pointer: '/file',
      zh: `播放日志应有 1 至 ${MAX_PLAYS} 行`,
      en: `a play log has 1 to ${MAX_PLAYS} lines`,
    });
  }
  let previous: ChainedPlay | undefined;
  return lines.map((line, i) => {
    const play = parsePlay(line, i);
    if (hashOfPlay(play) !== play.hash) {
      throw broken(i, '内容与其哈希不符，已被改动', 'its hash does not cover it; it was altered');
    }
    if (previous) {
      const follows =
        play.previousHash === previous.hash &&
        play.seq === previous.seq + 1 &&
        play.device === previous.device &&
        Date.parse(play.at) >= Date.parse(previous.at);
      if (!follows) throw broken(i, '与上一行不相连', 'it does not follow the line before');
    }
    previous = play;
    const atMs = Date.parse(play.at);
    return {
      day: dayOf(atMs),
      hour: Math.floor(msOfDay(atMs) / 3_600_000),
      seconds: Math.round(play.durationMs / 1000),
    };
  });
}

function parsePlay(line: string, i: number): ChainedPlay {
  try {
    return playSchema.parse(JSON.parse(line));
  } catch {
    throw broken(i, '不是播放记录', 'this is no play');
  }
}
