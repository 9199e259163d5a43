/** What all calls that bring a bid request share: the faults of head and body, and the answer's status and headers. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Answer } from './auction.ts';
import { type BodyFault, MAX_BODY_BYTES } from './body.ts';
import { MEDIA_TYPE, OPENRTB_VERSION } from './head.ts';
import { allowOrigin, type Problem, problemText, sendProblem } from './respond.ts';

export const BODY_FAULTS: Record<BodyFault, Problem> = {
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

export function headerFault(req: IncomingMessage): Problem | undefined {
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

export function sendAnswer(req: IncomingMessage, res: ServerResponse, answer: Answer): void {
  if (res.destroyed) return;
  const { origin } = req.headers;
  if (origin !== undefined) allowOrigin(req, res);
  if (answer.problem) {
    res.setHeader('x-openrtb-version', '2.6');
    sendProblem(res, answer.problem);
  } else if (answer.body === undefined) {
    res.writeHead(204, {
      'x-openrtb-version': '2.6',
      'x-no-bid': answer.reason,
      'x-snapshot-version': answer.version,
    });
    res.end();
  } else {
    res.writeHead(200, {
      'content-type': 'application/json',
      'content-length': answer.body.length,
      'x-openrtb-version': '2.6',
    });
    // As a string it leaves together with the headers, in one write.
    res.end(answer.body, 'latin1');
  }
}

/** The same on a socket of the express lane; `tail`: headers of the connection, the empty line included. */
export function writeAnswer(
  socket: Socket,
  answer: Answer,
  origin: string | undefined,
  tail: string,
): void {
  const { problem, body, reason, version } = answer;
  const cors =
    origin === undefined
      ? ''
      : `vary: origin\r\naccess-control-allow-origin: ${origin}\r\naccess-control-allow-credentials: true\r\n`;
  const rest = `x-openrtb-version: 2.6\r\n${cors}${tail}`;
  if (problem) {
    const text = problemText(problem);
    const status = `${problem.status} ${STATUS_CODES[problem.status]}`;
    const length = Buffer.byteLength(text);
    const { retryAfterS } = problem;
    const later = retryAfterS === undefined ? '' : `retry-after: ${retryAfterS}\r\n`;
    socket.write(
      `HTTP/1.1 ${status}\r\ncontent-type: application/problem+json; charset=utf-8\r\ncontent-length: ${length}\r\n${later}${rest}${text}`,
    );
  } else if (body === undefined)
    socket.write(
      `HTTP/1.1 204 No Content\r\nx-no-bid: ${reason}\r\nx-snapshot-version: ${version}\r\n${rest}`,
      'latin1',
    );
  else
    socket.write(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n${rest}${body}`,
      'latin1',
    );
}
