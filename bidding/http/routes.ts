/**
 * The exchange's paths. Owns which method each allows and what each kind of fault answers; a path knows nothing of the
 * others. No framework: the auction's path is found by one comparison.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer, Auctioneer, CallOptions } from './auction.ts';
import { type BodyFault, MAX_BODY_BYTES, readBody } from './body.ts';
import { callerOf } from './caller.ts';
import { MEDIA_TYPE, OPENRTB_VERSION } from './head.ts';
import type { FileRefusal } from './refusals.ts';
import { allowOrigin, type Problem, preflight, sendProblem } from './respond.ts';
import { type TrackerDeps, track } from './trackers.ts';

export interface RouteDeps {
  auctioneer: Auctioneer;
  trackers: TrackerDeps;
  fileRefusal: FileRefusal;
  optionsOf: (debugKey: string) => CallOptions;
  /** Paths that are asked for seldom: the tag, VAST, demo pages, sellers.json. False: not one of them. */
  page: (
    req: IncomingMessage,
    res: ServerResponse,
    path: string,
    query: URLSearchParams,
  ) => boolean;
}

const AUCTION = '/openrtb2/auction';

const FAULTS: Record<BodyFault, Problem> = {
  too_large: {
    status: 413,
    code: 'payload_too_large',
    zh: `请求体超过上限（${MAX_BODY_BYTES} 字节）`,
    en: `the body exceeds the limit of ${MAX_BODY_BYTES} bytes`,
  },
  bad_encoding: {
    status: 415,
    code: 'unsupported_encoding',
    zh: '不支持的内容编码',
    en: 'only gzip bodies that can be inflated are accepted',
  },
  aborted: { status: 408, code: 'aborted', zh: '请求中断', en: 'the request did not arrive whole' },
};

export function createRoutes(deps: RouteDeps): (req: IncomingMessage, res: ServerResponse) => void {
  return (req, res) => {
    const url = req.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    if (path === AUCTION) {
      auction(deps, req, res, mark < 0 ? '' : url.slice(mark + 1));
      return;
    }
    const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
    if (path.startsWith('/t/')) tracker(deps, req, res, path, query);
    else if (!deps.page(req, res, path, query)) {
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
  query: URLSearchParams,
): void {
  allowOrigin(req, res);
  req.resume();
  // A HEAD is somebody looking at the link, never a reader looking at the ad.
  if (req.method === 'GET' || req.method === 'POST')
    track(deps.trackers, path.slice(3), req, res, query);
  else if (req.method === 'OPTIONS') preflight(req, res);
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
      else sendProblem(res, FAULTS[body]);
      return;
    }
    deps.auctioneer(body, deps.optionsOf(caller.debugKey), (answer) => {
      deps.fileRefusal(caller, req.socket, answer, body);
      sendAnswer(req, res, answer);
    });
  });
}

function headerFault(req: IncomingMessage): Problem | undefined {
  const type = req.headers['content-type'];
  if (type !== undefined && !MEDIA_TYPE.test(type))
    return {
      status: 415,
      code: 'unsupported_media_type',
      zh: '请使用 application/json',
      en: 'send application/json',
    };
  const version = req.headers['x-openrtb-version'];
  if (typeof version === 'string' && !OPENRTB_VERSION.test(version))
    return {
      status: 400,
      code: 'unsupported_version',
      zh: '仅支持 OpenRTB 2.x',
      en: 'only OpenRTB 2.x is spoken here',
    };
  return undefined;
}

function sendAnswer(req: IncomingMessage, res: ServerResponse, answer: Answer): void {
  if (res.destroyed) return;
  const { origin } = req.headers;
  if (origin !== undefined) allowOrigin(req, res);
  if (answer.problem) {
    res.setHeader('x-openrtb-version', '2.6');
    sendProblem(res, answer.problem);
  } else if (answer.body === undefined) {
    res.writeHead(204, { 'x-openrtb-version': '2.6', 'x-no-bid': answer.reason });
    res.end();
  } else {
    res.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(answer.body),
      'x-openrtb-version': '2.6',
    });
    // As a string it leaves together with the headers, in one write.
    res.end(answer.body);
  }
}
