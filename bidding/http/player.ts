/**
 * Outdoor screens: `POST /dooh/playlist` hands out spots, `POST /dooh/proofs` takes what was played, up to thirty days late. Owns the
 * player's key and the checking of its chain; each record counts once, whatever is sent again, and a record that does not hold is
 * refused by name while the rest of its batch stands.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Clock } from '../../db/terms/day.ts';
import type { Market } from '../engine/market.ts';
import type { EventLog } from '../state/events.ts';
import type { ChainHead, ProofChains } from '../state/proofs.ts';
import { EVENT_KIND, type EventKind, type TrackedEvent } from '../wire/event.ts';
import { OFFLINE_MS, type ProofRecord, playerKey, proofHash } from '../wire/player.ts';
import type { SnapshotPlacement } from '../wire/snapshot.ts';
import { BILLED_ON, openToken, type Token } from '../wire/token.ts';
import { readBody } from './body.ts';
import { BODY_FAULTS } from './calls.ts';
import { makePlaylist, type PlaylistDeps } from './playlist.ts';
import { type Problem, problemText, sendJson, sendProblem } from './respond.ts';

export interface PlayerDeps extends PlaylistDeps {
  market: () => Market | undefined;
  clock: Clock;
  events: Pick<EventLog, 'append' | 'reject' | 'flush'> & { readonly waiting: number };
  chains: ProofChains;
  /** The deployment's TOKEN_KEY, from which players' keys are derived. */
  salt: string;
}

const MAX_SPOTS = 60;
const MAX_RECORDS = 1_000;
/** A player's clock may be ahead by this. */
const SKEW_MS = 300_000;
const MAX_DURATION_MS = 600_000;
/** One playlist a screen in this time: what is handed out is money set aside. */
const PLAYLIST_EVERY_MS = 5_000;

export const playlistSchema = z.object({
  placement: z.number().int().positive(),
  count: z.number().int().min(1).max(MAX_SPOTS).default(10),
});
export const proofsSchema = z.object({
  placement: z.number().int().positive(),
  records: z
    .array(
      z.object({
        seq: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
        prev: z.string().regex(/^([0-9a-f]{64})?$/),
        token: z.string().min(1).max(400),
        playedAtMs: z.number().int().positive(),
        durationMs: z.number().int().min(1).max(MAX_DURATION_MS),
        hash: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .min(1)
    .max(MAX_RECORDS),
});

const problem = (status: Problem['status'], code: string, zh: string, en: string): Problem => ({
  status,
  code,
  zh,
  en,
});
const BAD_KEY = problem(401, 'bad_key', '屏幕或密钥无效', 'no such screen, or not its key');
const BAD_CHAIN = problem(
  409,
  'chain_broken',
  '播放记录链不连续，请从 head 续传',
  'the chain does not follow on head; go on from there',
);

type Handler = (
  deps: PlayerDeps,
  placement: SnapshotPlacement,
  key: string,
  body: unknown,
  res: ServerResponse,
) => Promise<void>;

function sameKey(said: string, key: string): boolean {
  const [a, b] = [Buffer.from(said), Buffer.from(key)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The screen that the call is for, if it carries that screen's key. */
function screenOf(
  deps: PlayerDeps,
  req: IncomingMessage,
  placementId: number,
): { placement: SnapshotPlacement; key: string } | undefined {
  const said = /^Bearer (\S{1,200})$/i.exec(req.headers.authorization ?? '')?.[1] ?? '';
  const key = playerKey(deps.salt, placementId);
  const placement = deps.market()?.placements.get(placementId);
  return placement?.format === 'dooh' && sameKey(said, key) ? { placement, key } : undefined;
}

const playlist: Handler = async (deps, placement, _key, body, res) => {
  const { count } = body as z.infer<typeof playlistSchema>;
  const market = deps.market() as Market;
  const nowMs = deps.clock();
  const spots = await makePlaylist(deps, market, placement, count, nowMs);
  const head = await deps.chains.head(placement.id);
  sendJson(res, 200, {
    placement: placement.id,
    issuedAtMs: nowMs,
    proofsUntilMs: nowMs + OFFLINE_MS,
    head,
    spots,
  });
};

/** Links of a batch after the head, or undefined where they do not hang together or not on it. */
export function linksAfter(
  head: ChainHead,
  key: string,
  records: readonly ProofRecord[],
): ProofRecord[] | undefined {
  let before: ProofRecord | undefined;
  const fresh: ProofRecord[] = [];
  for (const record of records) {
    if (record.hash !== proofHash(key, record)) return undefined;
    if (before && (record.seq !== before.seq + 1 || record.prev !== before.hash)) return undefined;
    if (record.seq === head.seq && record.hash !== head.hash) return undefined;
    if (record.seq === head.seq + 1 && head.seq > 0 && record.prev !== head.hash) return undefined;
    if (record.seq > head.seq) fresh.push(record);
    before = record;
  }
  // A head that is not known (a new screen, a lost Redis) takes up wherever the player is.
  const first = records[0];
  return head.seq > 0 && first && first.seq > head.seq + 1 ? undefined : fresh;
}

function refusalOf(token: Token | string, record: ProofRecord, placementId: number, nowMs: number) {
  if (typeof token === 'string') return token;
  if (token.placementId !== placementId) return 'foreign';
  const isEarly =
    record.playedAtMs < token.issuedAtMs - SKEW_MS || record.playedAtMs > nowMs + SKEW_MS;
  if (isEarly) return 'early';
  return Math.max(record.playedAtMs, nowMs) > token.expiresAtMs ? 'expired' : undefined;
}

const eventOf = (token: Token, record: ProofRecord, kind: EventKind): TrackedEvent => ({
  eventKey: `${token.auctionId}:${token.impOrdinal}:${kind}`,
  kind,
  atMs: record.playedAtMs,
  outletId: token.outletId,
  placementId: token.placementId,
  divisionCode: token.divisionCode,
  advertiserId: token.advertiserId,
  campaignId: token.campaignId,
  lineItemId: token.lineItemId,
  creativeId: token.creativeId,
  device: token.device,
  priceMicroCny:
    kind === EVENT_KIND.impression && token.billedOn === BILLED_ON.impression
      ? token.priceMicroCny
      : 0,
  leaseId: kind === EVENT_KIND.impression ? token.leaseId : 0,
  userHash: '',
  ivt: 0,
  auctionAtMs: token.issuedAtMs,
  userAgent: '',
  ip: '',
  geometry: '',
  dealId: token.dealId,
});

const proofs: Handler = async (deps, placement, key, body, res) => {
  const { records } = body as z.infer<typeof proofsSchema>;
  const head = await deps.chains.head(placement.id);
  const fresh = linksAfter(head, key, records);
  if (!fresh) {
    const told = JSON.parse(problemText(BAD_CHAIN)) as object;
    sendJson(res, BAD_CHAIN.status, { ...told, head }, 'application/problem+json');
    return;
  }
  const nowMs = deps.clock();
  const refused: { seq: number; reason: string }[] = [];
  for (const record of fresh) {
    const token = openToken(deps.key, record.token);
    const reason = refusalOf(token, record, placement.id, nowMs);
    if (reason !== undefined || typeof token === 'string') {
      refused.push({ seq: record.seq, reason: reason ?? 'malformed' });
      const detail = { path: '/dooh/proofs', seq: `${record.seq}`, placement: `${placement.id}` };
      deps.events.reject({ reason: reason ?? 'malformed', atMs: nowMs, detail });
      continue;
    }
    deps.events.append(eventOf(token, record, EVENT_KIND.impression), true);
    deps.events.append(eventOf(token, record, EVENT_KIND.proof), true);
  }
  await deps.events.flush();
  // The chain moves only when the plays are safe; until then the player keeps them, and a second copy counts once.
  const last = fresh.at(-1);
  const isSafe = deps.events.waiting === 0;
  const to = last && { seq: last.seq, hash: last.hash };
  const moved = to === undefined || (isSafe && (await deps.chains.move(placement.id, head, to)));
  const accepted = moved ? fresh.length - refused.length : 0;
  sendJson(res, moved ? 200 : 202, { accepted, refused, head: moved && to ? to : head });
};

const PATHS: Record<string, { schema: z.ZodType<{ placement: number }>; handle: Handler }> = {
  '/dooh/playlist': { schema: playlistSchema, handle: playlist },
  '/dooh/proofs': { schema: proofsSchema, handle: proofs },
};

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function invalid(error: z.ZodError): Problem {
  const [issue] = error.issues;
  const pointer = (issue?.path ?? []).map((each) => `/${String(each)}`).join('');
  return { ...problem(400, 'invalid_request', '请求有误', issue?.message ?? 'not valid'), pointer };
}

/** Answers both paths; Redis away is told as 429, to be tried again, since the player loses nothing by waiting. */
export function createPlayer(deps: PlayerDeps) {
  const handedOutMs = new Map<number, number>();

  async function answer(req: IncomingMessage, res: ServerResponse, path: string, raw: Buffer) {
    const { schema, handle } = PATHS[path] as (typeof PATHS)[string];
    const parsed = schema.safeParse(parse(raw));
    if (!parsed.success) return sendProblem(res, invalid(parsed.error));
    const placementId = parsed.data.placement;
    const screen = screenOf(deps, req, placementId);
    if (!screen) return sendProblem(res, BAD_KEY);
    if (handle === playlist) {
      const sinceMs = deps.clock() - (handedOutMs.get(placementId) ?? 0);
      if (sinceMs >= 0 && sinceMs < PLAYLIST_EVERY_MS) return sendProblem(res, later());
      handedOutMs.set(placementId, deps.clock());
    }
    await handle(deps, screen.placement, screen.key, parsed.data, res);
  }

  return (req: IncomingMessage, res: ServerResponse, path: string): void => {
    if (req.method !== 'POST') {
      req.resume();
      res.setHeader('allow', 'POST');
      sendProblem(res, problem(405, 'method_not_allowed', '方法不允许', 'use POST'));
      return;
    }
    readBody(req, false, (body) => {
      if (body === 'aborted') res.destroy();
      else if (typeof body === 'string') sendProblem(res, BODY_FAULTS[body]);
      else
        answer(req, res, path, body).catch(() => {
          if (!res.headersSent) sendProblem(res, later());
        });
    });
  };
}

const later = (): Problem => problem(429, 'try_later', '请稍后再试', 'try again in a few seconds');

export const isPlayerPath = (path: string): boolean => path in PATHS;
