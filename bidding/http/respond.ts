/** Answers of the exchange. Owns the headers that each kind carries, and the form of a problem (RFC 9457). */
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Problem {
  status: 400 | 401 | 404 | 405 | 408 | 409 | 410 | 413 | 415 | 429 | 503;
  code: string;
  zh: string;
  en: string;
  pointer?: string;
  /** Section of the specification that was broken. */
  section?: string;
  /** When to come again, seconds. */
  retryAfterS?: number;
}

/** What a page of any origin may read; the origin is echoed, since cookies may travel. */
export function allowOrigin(req: IncomingMessage, res: ServerResponse): void {
  const origin = req.headers.origin;
  res.setHeader('vary', 'origin');
  if (origin === undefined) return;
  res.setHeader('access-control-allow-origin', origin);
  res.setHeader('access-control-allow-credentials', 'true');
}

export function preflight(req: IncomingMessage, res: ServerResponse): void {
  allowOrigin(req, res);
  res.writeHead(204, {
    'access-control-allow-methods': 'GET, POST, OPTIONS',
    'access-control-allow-headers': 'content-type, content-encoding, x-openrtb-version',
    'access-control-max-age': '86400',
  });
  res.end();
}

export function problemText(problem: Problem): string {
  const { status, code, zh, en, pointer, section } = problem;
  return JSON.stringify({
    type: `/problems/${code}`,
    title: code,
    status,
    code,
    detail: { zh, en },
    ...(pointer !== undefined || section !== undefined
      ? { errors: [{ pointer: pointer ?? '', section, zh, en }] }
      : {}),
  });
}

export function sendProblem(res: ServerResponse, problem: Problem): void {
  const { status, retryAfterS } = problem;
  const body = problemText(problem);
  if (retryAfterS !== undefined) res.setHeader('retry-after', retryAfterS);
  res.writeHead(status, {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...(status === 413 || status === 408 ? { connection: 'close' } : {}),
  });
  res.end(body);
}

export function sendJson(
  res: ServerResponse,
  status: number,
  body: object,
  contentType = 'application/json',
): void {
  const text = JSON.stringify(body);
  res.writeHead(status, {
    'content-type': `${contentType}; charset=utf-8`,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  res.end(text);
}

export function sendText(
  res: ServerResponse,
  contentType: string,
  body: string,
  headers: Record<string, string> = {},
): void {
  res.writeHead(200, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  res.end(body);
}
