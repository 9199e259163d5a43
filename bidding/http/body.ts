/**
 * A request's body, bounded before and after decompression. Owns the limits; whoever exceeds them is told so and cut off,
 * and nothing beyond the limit is ever kept.
 */
import type { IncomingMessage } from 'node:http';
import { gunzip } from 'node:zlib';

export const MAX_BODY_BYTES = 512 * 1024;
export const MAX_INFLATED_BYTES = 2 * 1024 * 1024;

export type BodyFault = 'too_large' | 'bad_encoding' | 'aborted';

/** Calls back once, with the bytes or with what is wrong. `zipped`: the caller says so outside the headers. */
export function readBody(
  req: IncomingMessage,
  zipped: boolean,
  done: (body: Buffer | BodyFault) => void,
): void {
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'gzip' && encoding !== 'identity') {
    done('bad_encoding');
    return;
  }
  if (Number(req.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    done('too_large');
    return;
  }
  let first: Buffer | undefined;
  let rest: Buffer[] | undefined;
  let size = 0;
  let over = false;
  let whole = false;
  const end = (result: Buffer | BodyFault): void => {
    if (over) return;
    over = true;
    done(result);
  };
  req.on('data', (chunk: Buffer) => {
    if (over) return;
    size += chunk.length;
    if (size > MAX_BODY_BYTES) end('too_large');
    else if (!first) first = chunk;
    else if (rest) rest.push(chunk);
    else rest = [chunk];
  });
  req.on('end', () => {
    whole = true;
    const body =
      first === undefined ? Buffer.alloc(0) : rest ? Buffer.concat([first, ...rest]) : first;
    if (encoding === 'gzip' || (zipped && body[0] === 0x1f && body[1] === 0x8b)) inflate(body, end);
    else end(body);
  });
  req.on('error', () => end('aborted'));
  req.on('close', () => {
    if (!whole) end('aborted');
  });
}

function inflate(body: Buffer, done: (result: Buffer | BodyFault) => void): void {
  gunzip(body, { maxOutputLength: MAX_INFLATED_BYTES }, (error, inflated) => {
    if (!error) return done(inflated);
    done(
      (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
        ? 'too_large'
        : 'bad_encoding',
    );
  });
}
