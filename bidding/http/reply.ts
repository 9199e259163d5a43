/**
 * An answer that goes either way out: by Node's response, or as text on the express lane. Owns both forms of it, so that
 * whoever answers need not know which way a request came in.
 */
import { type ServerResponse, STATUS_CODES } from 'node:http';
import { type Problem, problemText } from './respond.ts';

export interface Reply {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** Of bytes 0–255 where `latin1`. */
  body: string;
  encoding: 'latin1' | 'utf8';
  /** Status line and headers as they are written; the empty line is not among them. */
  text: string;
}

function reply(
  status: number,
  headers: Record<string, string>,
  body = '',
  encoding: Reply['encoding'] = 'latin1',
): Reply {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`;
  for (const name in headers) text += `${name}: ${headers[name]}\r\n`;
  return { status, headers, body, encoding, text };
}

/** Transparent, 1 × 1, 43 bytes. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const PIXEL_HEADERS = {
  'content-type': 'image/gif',
  'content-length': String(PIXEL.length),
  'cache-control': 'no-store, private',
  'cross-origin-resource-policy': 'cross-origin',
  vary: 'origin',
};

/** The picture that every tracker answers with, whatever became of the call. */
export const pixel = reply(200, PIXEL_HEADERS, PIXEL.toString('latin1'));

export const refusedPixel = (refusal: string): Reply =>
  reply(200, { ...PIXEL_HEADERS, 'x-refused': refusal }, pixel.body);

/** `location`: as `webUrl` gives it, ASCII only. */
export const leadTo = (location: string): Reply =>
  reply(302, {
    location,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer-when-downgrade',
    'content-length': '0',
  });

export function problemReply(problem: Problem): Reply {
  const body = problemText(problem);
  const headers = {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': `${Buffer.byteLength(body)}`,
  };
  return reply(problem.status, headers, body, 'utf8');
}

export function sendReply(res: ServerResponse, { status, headers, body, encoding }: Reply): void {
  res.writeHead(status, headers);
  res.end(body, encoding);
}

/** What goes onto the socket; `tail`: headers of the connection, the empty line included. */
export function replyText(answer: Reply, origin: string | undefined, tail: string): string {
  if (origin === undefined) return `${answer.text}${tail}${answer.body}`;
  const vary = answer.headers.vary === undefined ? 'vary: origin\r\n' : '';
  return `${answer.text}${vary}access-control-allow-origin: ${origin}\r\naccess-control-allow-credentials: true\r\n${tail}${answer.body}`;
}
