/**
 * The load: a program of its own, on plain sockets, so that it costs a third of the server it measures. Closed loop: each
 * connection asks again when answered. At a rate: requests are sent when they are due, whatever became of those before, and
 * their time counts from when they were due. Every request is a reader of its own. What is asked during the warm-up
 * counts for nothing: this program is cold then, and its connections open all at once, as no exchange's partners do.
 */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { percentile } from '../kit/figures.ts';

export interface Plan {
  port: number;
  warmUpS: number;
  /** Measured; the warm-up comes before. */
  seconds: number;
  connections: number;
  /** Requests a second; 0: as fast as it goes. */
  rate: number;
  /** Requests sent before, by an earlier load: what may be sent once only is not sent again. */
  from: number;
  /** Whole requests, and where in each the reader's six digits stand (−1: nowhere). */
  requests: { text: string; readerAt: number }[];
}

export interface Measured {
  /** Warm-up included. */
  answered: number;
  /** Answered of those asked within the measured time. */
  counted: number;
  bids: number;
  faults: number;
  /** Turned away with 503; their times are apart. */
  shed: number;
  shedP99Ms: number;
  p50Ms: number;
  p99Ms: number;
  /** µs of the generator's own processor time a request. */
  ownMicros: number;
}

const READERS = 200_000;
const READER_DIGITS = 6;
const NEVER = new Int32Array(new SharedArrayBuffer(4));
/** Answers are looked for at least so often. */
const NAP_MS = 0.1;
const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Plan;
const countsFromMs = performance.now() + plan.warmUpS * 1000;
const requests = plan.requests.map(({ text, readerAt }) => ({
  bytes: Buffer.from(text),
  readerAt,
}));
/**
 * Connections read into one buffer and write each from its own: what is thrown away is collected in pauses of some
 * milliseconds once a second, and whatever was due meanwhile would count as the server's hundredth.
 */
const arrived = Buffer.allocUnsafeSlow(65_536);
const longest = Math.max(...requests.map(({ bytes }) => bytes.length));
const tookMs: number[] = [];
/** Kept like the others and looked at by nobody: a first call of `push` after a second of none throws away compiled code, and a third of a second's answers is late. */
const warmUpMs: number[] = [];
const shedMs: number[] = [];
let asked = plan.from;
let answered = 0;
let bids = 0;
let faults = 0;
let running = true;

/** The next request, in `room` where it is some reader's own. */
function nextRequest(room: Buffer): Buffer {
  const { bytes, readerAt } = requests[asked % requests.length] as (typeof requests)[number];
  asked += 1;
  if (readerAt < 0) return bytes;
  bytes.copy(room);
  let reader = (asked * 7_919) % READERS;
  for (let at = readerAt + READER_DIGITS - 1; at >= readerAt; at--) {
    room[at] = 0x30 + (reader % 10);
    reader = Math.floor(reader / 10);
  }
  return room.subarray(0, bytes.length);
}

class Connection {
  private readonly socket: Socket;
  /** The request under way: only one is. */
  private readonly room = Buffer.allocUnsafeSlow(longest);
  private missing = 0;
  private shed = false;
  private dueMs = 0;

  constructor(private readonly answered: (connection: Connection) => void) {
    const callback = (bytes: number): boolean => {
      this.take(bytes);
      return true;
    };
    const onread = { buffer: arrived, callback };
    this.socket = connect({ port: plan.port, host: '127.0.0.1', onread }, () => answered(this));
    this.socket.setNoDelay(true);
    this.socket.on('error', () => {
      faults += 1;
    });
  }

  ask(dueMs: number): void {
    this.dueMs = dueMs;
    this.socket.write(nextRequest(this.room));
  }

  private take(bytes: number): void {
    if (this.missing === 0) {
      const head = arrived.toString('latin1', 0, Math.min(bytes, 700));
      const status = head.slice(9, 12);
      this.shed = status === '503';
      if (!this.shed) answered += 1;
      if (status === '200') bids += 1;
      else if (status !== '204' && !this.shed) faults += 1;
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? '0';
      this.missing = head.indexOf('\r\n\r\n') + 4 + Number(length);
    }
    this.missing -= bytes;
    if (this.missing > 0) return;
    this.missing = 0;
    const times = this.dueMs < countsFromMs ? warmUpMs : this.shed ? shedMs : tookMs;
    times.push(performance.now() - this.dueMs);
    this.answered(this);
  }
}

/** Sends each request when it is due, on a connection that is free, or on the first that becomes so. */
function paced(): void {
  const free: Connection[] = [];
  const due: number[] = [];
  for (let i = 0; i < plan.connections; i++)
    new Connection((connection) => {
      const dueMs = due.shift();
      if (dueMs === undefined) free.push(connection);
      else connection.ask(dueMs);
    });
  const startMs = performance.now();
  let sent = 0;
  const send = (): void => {
    const nowMs = performance.now();
    for (; startMs + (sent * 1000) / plan.rate <= nowMs && running; sent++) {
      const dueMs = startMs + (sent * 1000) / plan.rate;
      const connection = free.pop();
      if (connection) connection.ask(dueMs);
      else due.push(dueMs);
    }
    // Asleep until the next is due, and not turning: Redis lives on this core too, and a scheduler lets who turns end its slice.
    const leftMs = startMs + (sent * 1000) / plan.rate - performance.now();
    if (leftMs > 0) Atomics.wait(NEVER, 0, 0, Math.min(leftMs, NAP_MS));
    if (running) setImmediate(send);
  };
  send();
}

function closed(): void {
  for (let i = 0; i < plan.connections; i++)
    new Connection((connection) => {
      if (running) connection.ask(performance.now());
    });
}

const before = process.cpuUsage();
if (plan.rate > 0) paced();
else closed();
setTimeout(
  () => {
    running = false;
    const { user, system } = process.cpuUsage(before);
    const measured: Measured = {
      answered,
      counted: tookMs.length,
      bids,
      faults,
      shed: shedMs.length,
      shedP99Ms: shedMs.length > 0 ? percentile(shedMs, 0.99) : 0,
      p50Ms: percentile(tookMs, 0.5),
      p99Ms: percentile(tookMs, 0.99),
      ownMicros: (user + system) / Math.max(1, answered),
    };
    process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));
  },
  (plan.warmUpS + plan.seconds) * 1000,
);
