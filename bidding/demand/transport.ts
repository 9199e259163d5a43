/**
 * Questions to partners over connections that are kept alive. Owns how many connections a partner has, their reuse and their end;
 * knows neither OpenRTB nor deadlines: whoever asks says when it has waited long enough.
 *
 * Why an HTTP client of our own: a question is one write and its usual answer one packet, of which a general client makes a dozen
 * objects, two timers and a stream.
 */
import { type Address, Connection, type Heard, type Question } from './connection.ts';

export type { Heard } from './connection.ts';

export interface Call {
  /** Gives up; the asker hears nothing any more. */
  abandon(): void;
}

export interface Destination {
  url: string;
  /** Connections it may have at most. */
  connections: number;
}

export interface Transport {
  /**
   * Asks; undefined when all connections wait for answers. `letter` is what follows the head's common part: the length, an empty
   * line, the body.
   */
  post(
    url: string,
    letter: Buffer,
    isZipped: boolean,
    hear: (heard: Heard) => void,
  ): Call | undefined;
  /** Who there is: connections to others are closed. */
  keep(destinations: readonly Destination[]): void;
  close(): void;
}

export interface TransportOptions {
  /** Monotonic milliseconds. */
  now: () => number;
  /** Authorities trusted instead of the usual ones, PEM. */
  ca?: string | undefined;
}

const SWEEP_MS = 1_000;
/** Counted from the question. */
const MAX_OWING_MS = 3_000;
const MAX_WAITING_MS = 10_000;
const LANDING_BYTES = 65_536;
const USUAL_CONNECTIONS = 256;

export function createTransport(options: TransportOptions): Transport {
  const lines = new Map<string, Line>();
  const lineTo = (url: string): Line => {
    let line = lines.get(url);
    if (!line) {
      line = new Line(url, options);
      lines.set(url, line);
    }
    return line;
  };
  const sweep = setInterval(() => {
    for (const line of lines.values()) line.sweep();
  }, SWEEP_MS);
  sweep.unref();

  return {
    post: (url, letter, isZipped, hear) => lineTo(url).post(letter, isZipped, hear),
    keep(destinations) {
      const wanted = new Set(destinations.map(({ url }) => url));
      for (const [url, line] of lines) {
        if (wanted.has(url)) continue;
        lines.delete(url);
        line.close();
      }
      for (const { url, connections } of destinations) lineTo(url).most = connections;
    },
    close() {
      clearInterval(sweep);
      for (const line of lines.values()) line.close();
      lines.clear();
    },
  };
}

const headOf = ({ pathname, search, host }: URL, isZipped: boolean): Buffer =>
  Buffer.from(
    `POST ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n` +
      'content-type: application/json\r\naccept-encoding: gzip\r\nx-openrtb-version: 2.6\r\n' +
      (isZipped ? 'content-encoding: gzip\r\n' : ''),
    'latin1',
  );

/** All connections to one partner. */
class Line {
  most = USUAL_CONNECTIONS;
  private readonly address: Address;
  private readonly plainHead: Buffer;
  private readonly zippedHead: Buffer;
  /** The last used first: those at the bottom fall idle, and are closed. */
  private readonly idle: Connection[] = [];
  private readonly all = new Set<Connection>();
  private isClosed = false;

  constructor(
    url: string,
    private readonly options: TransportOptions,
  ) {
    const parsed = new URL(url);
    const secure = parsed.protocol === 'https:';
    this.plainHead = headOf(parsed, false);
    this.zippedHead = headOf(parsed, true);
    this.address = {
      host: parsed.hostname.replace(/^\[|\]$/g, ''),
      port: Number(parsed.port) || (secure ? 443 : 80),
      secure,
      ca: options.ca,
      session: undefined,
      landing: Buffer.allocUnsafeSlow(LANDING_BYTES),
      free: (connection) => {
        connection.sinceMs = options.now();
        this.idle.push(connection);
      },
      gone: (connection, unheard) => this.gone(connection, unheard),
    };
  }

  post(letter: Buffer, isZipped: boolean, hear: (heard: Heard) => void): Call | undefined {
    const bytes = Buffer.concat([isZipped ? this.zippedHead : this.plainHead, letter]);
    const question: Question = { bytes, hear };
    if (!this.ask(question, this.idle.pop())) return undefined;
    return {
      abandon: () => {
        question.hear = undefined;
      },
    };
  }

  private ask(question: Question, kept: Connection | undefined): boolean {
    const connection = kept ?? this.open();
    connection?.ask(question, this.options.now());
    return connection !== undefined;
  }

  private open(): Connection | undefined {
    if (this.isClosed) return undefined;
    if (this.all.size >= this.most) {
      // An answer that nobody waits for gives way.
      for (const connection of this.all)
        if (connection.isOwing) {
          connection.close();
          break;
        }
      if (this.all.size >= this.most) return undefined;
    }
    const connection = new Connection(this.address);
    this.all.add(connection);
    return connection;
  }

  private gone(connection: Connection, unheard: Question | undefined): void {
    this.all.delete(connection);
    const at = this.idle.indexOf(connection);
    if (at >= 0) this.idle.splice(at, 1);
    // On a new one: those that were kept as long may be closed as well.
    if (unheard && !this.ask(unheard, undefined)) unheard.hear?.('failed');
  }

  sweep(): void {
    const nowMs = this.options.now();
    for (const connection of [...this.all]) {
      const waitsMs = connection.question ? nowMs - connection.sinceMs : 0;
      const isLost = waitsMs > (connection.isOwing ? MAX_OWING_MS : MAX_WAITING_MS);
      if (isLost || connection.isIdleTooLong(nowMs)) connection.close();
    }
  }

  close(): void {
    this.isClosed = true;
    for (const connection of [...this.all]) connection.close();
  }
}
