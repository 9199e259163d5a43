/**
 * The head of a bid request or a tracker call in its usual form, read off the bytes. Owns what "usual" is, and keeps it narrow: whatever leaves
 * room for two readings (a length twice, a transfer coding, a folded line, a bare line feed) is not usual, and left to the
 * HTTP parser of Node. A property test holds it to that: what is read here, Node reads alike.
 */
import { MAX_BODY_BYTES } from './body.ts';
import type { Caller } from './caller.ts';

export interface Head extends Caller {
  /** Bytes of the head, the empty line included. */
  headBytes: number;
  bodyBytes: number;
  /** Letter of the tracker that is called, and what follows the question mark; empty: a bid request. */
  tracker: string;
  query: string;
}

/** Lower-case letters: which trackers there are is theirs to say. What a browser never sends bare is not usual. */
const TRACKER_LINE = /^GET \/t\/([a-z])(?:\?([\w.~=&,%+-]*))? HTTP\/1\.1\r\n/;
const LINE = 'POST /openrtb2/auction HTTP/1.1\r\n';
const MAX_HEAD_BYTES = 8_192;
const MAX_HEADERS = 64;

/** Prebid's client sends JSON as text/plain, to be spared a preflight. */
export const MEDIA_TYPE =
  /^(application\/json|application\/x-json|text\/plain|application\/openrtb\+json)\s*(;|$)/i;
export const OPENRTB_VERSION = /^2(\.\d+)?$/;

const charTable = (holds: RegExp): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, code) => Number(holds.test(String.fromCharCode(code))));
/** RFC 9110 §5.6.2; §5.5. */
const TOKEN = charTable(/[!#$%&'*+.^_`|~0-9a-z-]/i);
const VALUE = charTable(/[\t\x20-\x7e\x80-\xff]/);

/** What a header's name may mean here: `slow` ends the reading, `once` must not come again. */
type Meaning = 'slow' | 'host' | 'length' | 'connection' | 'type' | 'version' | keyof CallerHeaders;
interface CallerHeaders {
  origin: string | undefined;
  userAgent: string;
  forwardedFor: string;
  debugKey: string;
  gpc: string;
}

const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ['host', 'host'],
  ['content-length', 'length'],
  ['connection', 'connection'],
  ['content-type', 'type'],
  ['x-openrtb-version', 'version'],
  ['origin', 'origin'],
  ['user-agent', 'userAgent'],
  ['x-forwarded-for', 'forwardedFor'],
  ['x-hongze-debug', 'debugKey'],
  ['sec-gpc', 'gpc'],
  ...[
    'transfer-encoding',
    'content-encoding',
    'expect',
    'upgrade',
    'te',
    'trailer',
    'proxy-connection',
    'http2-settings',
  ].map((name): [string, Meaning] => [name, 'slow']),
]);
/** No meaning is longer or shorter: most headers are dismissed by their length. */
const LENGTHS = new Set([...MEANINGS.keys()].map((name) => name.length));

/** Whether one of the house's meanings is as it usually is; what callers say of themselves is kept. */
function isUsual(meaning: Meaning, value: string, head: Head): boolean {
  switch (meaning) {
    case 'slow':
      return false;
    case 'host':
      return value !== '';
    case 'connection':
      return value === 'keep-alive' || value === 'Keep-Alive';
    case 'length':
      if (!/^[1-9]\d{0,5}$/.test(value)) return false;
      head.bodyBytes = Number(value);
      return head.bodyBytes <= MAX_BODY_BYTES;
    case 'type':
      return MEDIA_TYPE.test(value);
    case 'version':
      return OPENRTB_VERSION.test(value);
    default:
      head[meaning] = value;
      return true;
  }
}

/** The head that `bytes` begin with; undefined: not whole, or not in its usual form. */
export function readHead(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0 || end > MAX_HEAD_BYTES) return undefined;
  const text = bytes.toString('latin1', 0, end + 2);
  const asked = text.startsWith(LINE) ? undefined : TRACKER_LINE.exec(text);
  if (asked === null) return undefined;
  const head: Head = {
    headBytes: end + 4,
    bodyBytes: 0,
    tracker: asked?.[1] ?? '',
    query: asked?.[2] ?? '',
    origin: undefined,
    userAgent: '',
    forwardedFor: '',
    debugKey: '',
    gpc: '',
  };
  const seen: Meaning[] = [];
  for (let at = (asked?.[0] ?? LINE).length, count = 0; at < text.length; count++) {
    const lineEnd = text.indexOf('\r\n', at);
    const colon = nameEnd(text, at);
    if (colon < 0 || count >= MAX_HEADERS || !isValue(text, colon + 1, lineEnd)) return undefined;
    const meaning = LENGTHS.has(colon - at)
      ? MEANINGS.get(text.slice(at, colon).toLowerCase())
      : undefined;
    if (meaning !== undefined) {
      if (seen.includes(meaning)) return undefined;
      seen.push(meaning);
      if (!isUsual(meaning, trimmed(text, colon + 1, lineEnd), head)) return undefined;
    }
    at = lineEnd + 2;
  }
  const hasBody = head.bodyBytes > 0;
  return hasBody === (asked === undefined) && seen.includes('host') ? head : undefined;
}

/**
 * A head as it came, to read the next one by: what a connection sends differs in the length of the body only, or, of a tracker's
 * calls, in the request line.
 */
export interface HeadPattern {
  bytes: Buffer;
  /** Where the digits of the length stand; of a tracker's call, where its request line stands. */
  from: number;
  to: number;
  head: Head;
}

const LENGTH = /\r\ncontent-length:[\t ]*(?=\d)/i;

/** The pattern of a head that was read from `bytes`. */
export function patternOf(bytes: Buffer, head: Head): HeadPattern | undefined {
  const own = Buffer.from(bytes.subarray(0, head.headBytes));
  if (head.tracker !== '') return { bytes: own, from: 0, to: own.indexOf(CR), head };
  const name = LENGTH.exec(own.toString('latin1'));
  if (!name) return undefined;
  const from = name.index + name[0].length;
  return { bytes: own, from, to: from + String(head.bodyBytes).length, head };
}

/**
 * Reads a head that is its pattern's, byte for byte, but for another length of as many digits or another tracker's line; undefined
 * for any other. Twenty times as fast as reading it afresh.
 */
export const readByPattern = (bytes: Buffer, pattern: HeadPattern): Head | undefined =>
  pattern.head.tracker === '' ? readBidBy(bytes, pattern) : readTrackerBy(bytes, pattern);

function readBidBy(bytes: Buffer, pattern: HeadPattern): Head | undefined {
  const { bytes: own, from, to, head } = pattern;
  const end = own.length;
  if (bytes.length <= end) return undefined;
  if (own.compare(bytes, to, end, to, end) !== 0 || own.compare(bytes, 0, from, 0, from) !== 0)
    return undefined;
  let bodyBytes = 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < (at === from ? 1 : 0) || digit > 9) return undefined;
    bodyBytes = bodyBytes * 10 + digit;
  }
  if (bodyBytes > MAX_BODY_BYTES) return undefined;
  return bodyBytes === head.bodyBytes ? head : { ...head, bodyBytes };
}

const CR = 0x0d;

function readTrackerBy(bytes: Buffer, { bytes: own, to, head }: HeadPattern): Head | undefined {
  const lineEnd = bytes.indexOf(CR);
  const headBytes = lineEnd + own.length - to;
  if (lineEnd < 0 || bytes.length < headBytes || headBytes - 4 > MAX_HEAD_BYTES) return undefined;
  if (own.compare(bytes, lineEnd, headBytes, to) !== 0) return undefined;
  const asked = TRACKER_LINE.exec(bytes.toString('latin1', 0, lineEnd + 2));
  return asked
    ? { ...head, headBytes, tracker: asked[1] as string, query: asked[2] ?? '' }
    : undefined;
}

/** Where a header's name ends; −1 where it is none. */
function nameEnd(text: string, at: number): number {
  let end = at;
  while (TOKEN[text.charCodeAt(end)] === 1) end++;
  return end > at && text.charCodeAt(end) === 0x3a ? end : -1;
}

function isValue(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (VALUE[text.charCodeAt(i)] !== 1) return false;
  return true;
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}
