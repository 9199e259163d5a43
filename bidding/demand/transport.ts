/**
 * Calls to partners over connections that are kept alive. Owns sockets, the bound of an answer and its unzipping; knows neither
 * OpenRTB nor deadlines: whoever calls says when it has waited long enough.
 */
import { gunzipSync } from 'node:zlib';
import { type Dispatcher, Pool } from 'undici';

const MAX_ANSWER_BYTES = 512 * 1024;
const MAX_INFLATED_BYTES = 4 * MAX_ANSWER_BYTES;

export interface TransportAnswer {
  status: number;
  /** Unzipped. */
  body: Buffer;
}

export interface Call {
  /** Gives up; the callback hears nothing any more. */
  abort(): void;
}

export interface Transport {
  /** Calls back once: with the answer, or with `failed` (no answer) or `garbage` (too long, or zipped wrongly). */
  post(
    url: URL,
    body: Buffer,
    isZipped: boolean,
    done: (answer: TransportAnswer | 'failed' | 'garbage') => void,
  ): Call;
  /** Closes the connections to hosts that are none of these. */
  keep(origins: ReadonlySet<string>): void;
  close(): void;
}

const HEADERS = {
  'content-type': 'application/json',
  'accept-encoding': 'gzip',
  'x-openrtb-version': '2.6',
};
const ZIPPED_HEADERS = { ...HEADERS, 'content-encoding': 'gzip' };

export function createTransport(): Transport {
  const pools = new Map<string, Pool>();

  function poolFor(origin: string): Pool {
    let pool = pools.get(origin);
    if (!pool) {
      pool = new Pool(origin, {
        connections: 256,
        pipelining: 1,
        keepAliveTimeout: 60_000,
        headersTimeout: 10_000,
        bodyTimeout: 10_000,
        connect: { timeout: 2_000 },
      });
      pools.set(origin, pool);
    }
    return pool;
  }

  return {
    post(url, body, isZipped, done) {
      const reply = new Reply(done);
      const options: Dispatcher.DispatchOptions = {
        path: url.pathname + url.search,
        method: 'POST',
        headers: isZipped ? ZIPPED_HEADERS : HEADERS,
        body,
      };
      poolFor(url.origin).dispatch(options, reply);
      return reply;
    },
    keep(origins) {
      for (const [origin, pool] of pools) {
        if (origins.has(origin)) continue;
        pools.delete(origin);
        void pool.close().catch(() => undefined);
      }
    },
    close() {
      for (const pool of pools.values()) void pool.destroy().catch(() => undefined);
      pools.clear();
    },
  };
}

class Reply implements Dispatcher.DispatchHandler, Call {
  private controller: Dispatcher.DispatchController | undefined;
  private over = false;
  private status = 0;
  private isZipped = false;
  private first: Buffer | undefined;
  private rest: Buffer[] | undefined;
  private size = 0;

  constructor(private readonly done: (answer: TransportAnswer | 'failed' | 'garbage') => void) {}

  abort(): void {
    this.over = true;
    this.controller?.abort(ABORTED);
  }

  private end(answer: TransportAnswer | 'failed' | 'garbage'): void {
    if (this.over) return;
    this.over = true;
    this.done(answer);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.over) controller.abort(ABORTED);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.status = status;
    this.isZipped = headers['content-encoding'] === 'gzip';
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size > MAX_ANSWER_BYTES) {
      this.end('garbage');
      controller.abort(ABORTED);
    } else if (!this.first) this.first = chunk;
    else if (this.rest) this.rest.push(chunk);
    else this.rest = [chunk];
  }

  onResponseEnd(): void {
    const { first, rest } = this;
    const body = first === undefined ? EMPTY : rest ? Buffer.concat([first, ...rest]) : first;
    if (!this.isZipped || body.length === 0) {
      this.end({ status: this.status, body });
      return;
    }
    try {
      const whole = gunzipSync(body, { maxOutputLength: MAX_INFLATED_BYTES });
      this.end({ status: this.status, body: whole });
    } catch {
      this.end('garbage');
    }
  }

  onResponseError(): void {
    this.end('failed');
  }
}

const EMPTY = Buffer.alloc(0);
const ABORTED = new Error('given up');
