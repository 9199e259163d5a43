/**
 * Conformance cases as JSON files: what is sent, what must come back, and which section of which specification says so.
 * Owns their form; the folders `exemplary` (right requests) and `supplemental` (wrong and odd ones) hold them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const json: z.ZodType<unknown> = z.unknown();

export const caseSchema = z.strictObject({
  name: z.string().min(10),
  /** `OpenRTB 2.6 §3.2.4`. */
  spec: z
    .string()
    .regex(
      /^(OpenRTB 2\.[56]|AdCOM 1\.0|Native 1\.2|VAST [234]\.\d|RFC \d+|ads\.txt 1\.1|sellers\.json 1\.0|SupplyChain 1\.0|Prebid|Hongze)( §[\w.]+)?$/,
    ),
  /** Laid over the usual request, field by field; null takes a field away. */
  request: z.record(z.string(), json).optional(),
  /** Laid over the usual imp. */
  imp: z.record(z.string(), json).optional(),
  /** The body as text, where it is not JSON that can be written down here. */
  body: z.string().optional(),
  /** A piece of text repeated: `[before, piece, times, after]`. */
  repeat: z.tuple([z.string(), z.string(), z.number(), z.string()]).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  query: z.string().optional(),
  method: z.string().optional(),
  expect: z.strictObject({
    status: z.number(),
    /** `x-no-bid` of a 204. */
    reason: z.string().optional(),
    /** Pointer of the problem's first error. */
    pointer: z.string().optional(),
    code: z.string().optional(),
    /** Paths in the response and their values. */
    body: z.record(z.string(), json).optional(),
    /** Paths in the response and what their text must hold. */
    contains: z.record(z.string(), z.string()).optional(),
    /** … and must not. */
    lacks: z.record(z.string(), z.string()).optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
});
export type Case = z.infer<typeof caseSchema>;

/** Every case of a folder, with its file's name. */
export function casesOf(folder: 'exemplary' | 'supplemental'): { file: string; cases: Case[] }[] {
  const base = join(import.meta.dirname, folder);
  return readdirSync(base)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((file) => ({
      file,
      cases: z.array(caseSchema).parse(JSON.parse(readFileSync(join(base, file), 'utf8'))),
    }));
}

const USUAL_IMP = { id: '1', tagid: '201', banner: { format: [{ w: 300, h: 250 }] } };
const USUAL = { id: 'req-1', site: { publisher: { id: '1' } }, cur: ['CNY'], at: 1, tmax: 200 };

function lay(base: Record<string, unknown>, over: Record<string, unknown> = {}): object {
  const merged = Object.entries({ ...base, ...over });
  return Object.fromEntries(merged.filter(([, value]) => value !== null));
}

/** The bytes that a case sends. */
export function bodyOf(each: Case): string {
  if (each.body !== undefined) return each.body;
  if (each.repeat) {
    const [before, piece, times, after] = each.repeat;
    return before + piece.repeat(times) + after;
  }
  const imp = lay(USUAL_IMP, each.imp);
  return JSON.stringify(lay({ ...USUAL, imp: [imp] }, each.request));
}

/** `seatbid.0.bid.0.price` of a response. */
export function at(value: unknown, path: string): unknown {
  let here = value;
  for (const key of path.split('.'))
    here = here === undefined || here === null ? undefined : (here as Record<string, unknown>)[key];
  return here;
}
