/**
 * The exchange's paths. Owns which method each allows and what each kind of fault answers; a path knows nothing of the
 * others. No framework: the auction's path is found by one comparison.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Auctioneer } from './auction.ts';
import { readBody } from './body.ts';
import { type AddressOf, type Caller, callerOf } from './caller.ts';
import { BODY_FAULTS, headerFault, sendAnswer } from './calls.ts';
import type { CallOptions } from './hearing.ts';
import { isPlayerPath } from './player.ts';
import { type Query, readQuery } from './query.ts';
import type { FileRefusal } from './refusals.ts';
import { sendReply } from './reply.ts';
import { allowOrigin, preflight, sendProblem } from './respond.ts';
import { SUPPLY } from './supply.ts';
import { type TrackerDeps, track } from './trackers.ts';

export interface RouteDeps {
  auctioneer: Auctioneer;
  trackers: TrackerDeps;
  fileRefusal: FileRefusal;
  /** Address of a caller, as far as the network in front is trusted. */
  addressOf: AddressOf;
  optionsOf: (caller: Caller) => CallOptions;
  supply: (req: IncomingMessage, res: ServerResponse, path: string) => void;
  /** Outdoor screens: playlists and proofs. */
  player: (req: IncomingMessage, res: ServerResponse, path: string) => void;
  /** Paths that are asked for seldom: the tag, VAST, demo pages, sellers.json. False: not one of them. */
  page: (
    req: IncomingMessage,
    res: ServerResponse,
    path: string,
    query: URLSearchParams,
  ) => boolean;
}

const AUCTION = '/openrtb2/auction';

export function createRoutes(deps: RouteDeps): (req: IncomingMessage, res: ServerResponse) => void {
  return (req, res) => {
    const url = req.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    if (path === AUCTION) {
      auction(deps, req, res, mark < 0 ? '' : url.slice(mark + 1));
      return;
    }
    if (path.startsWith(SUPPLY)) {
      supply(deps, req, res, path);
      return;
    }
    if (isPlayerPath(path)) {
      deps.player(req, res, path);
      return;
    }
    const text = mark < 0 ? '' : url.slice(mark + 1);
    if (path.startsWith('/t/')) tracker(deps, req, res, path, readQuery(text));
    else if (!deps.page(req, res, path, new URLSearchParams(text))) {
      req.resume();
      sendProblem(res, { status: 404, code: 'not_found', zh: '没有此地址', en: 'no such path' });
    }
  };
}

function methodNotAllowed(res: ServerResponse, allow: string): void {
  res.setHeader('allow', allow);
  sendProblem(res, {
    status: 405,
    code: 'method_not_allowed',
    zh: '方法不允许',
    en: `use ${allow}`,
  });
}

function tracker(
  deps: RouteDeps,
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
  query: Query,
): void {
  if (req.headers.origin !== undefined) allowOrigin(req, res);
  req.resume();
  // A HEAD is somebody looking at the link, never a reader looking at the ad.
  if (req.method === 'GET' || req.method === 'POST') {
    const { userAgent, forwardedFor } = callerOf(req);
    const ip = deps.addressOf(forwardedFor, req.socket.remoteAddress);
    sendReply(res, track(deps.trackers, path.slice(3), { userAgent, ip }, query));
  } else if (req.method === 'OPTIONS') preflight(req, res);
  else methodNotAllowed(res, 'GET, POST');
}

function auction(deps: RouteDeps, req: IncomingMessage, res: ServerResponse, query: string): void {
  if (req.method !== 'POST') {
    req.resume();
    if (req.method === 'OPTIONS') preflight(req, res);
    else methodNotAllowed(res, 'POST');
    return;
  }
  const fault = headerFault(req);
  if (fault) {
    req.resume();
    sendProblem(res, fault);
    return;
  }
  const caller = callerOf(req);
  readBody(req, query.includes('gzip=1'), (body) => {
    if (typeof body === 'string') {
      if (body === 'aborted') res.destroy();
      else sendProblem(res, BODY_FAULTS[body]);
      return;
    }
    deps.auctioneer(body, deps.optionsOf(caller), (answer) => {
      deps.fileRefusal(caller, req.socket, answer, body);
      sendAnswer(req, res, answer);
    });
  });
}

function supply(deps: RouteDeps, req: IncomingMessage, res: ServerResponse, path: string): void {
  if (req.method === 'POST') deps.supply(req, res, path);
  else {
    req.resume();
    methodNotAllowed(res, 'POST');
  }
}
