/**
 * A span of a distributed trace and its form in OTLP/JSON. Owns how a trace is named after what it follows: an auction's by
 * its id, an hour's by its number, so that exchange, metering and billing agree on both without carrying anything. Refuses
 * what tells of a person: attributes are ids, counts and codes, never addresses, names or error texts.
 *
 * Sources: OTLP 1.x `ExportTraceServiceRequest` in its JSON encoding; W3C Trace Context, section 3.2.
 */
import { createHash, randomBytes } from 'node:crypto';
import { hashOf } from './sample.ts';

export const SPAN_KIND = { internal: 1, server: 2, producer: 4, consumer: 5 } as const;

export interface SpanContext {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** 16 hexadecimal digits. */
  spanId: string;
}

export interface Span extends SpanContext {
  parentSpanId?: string;
  name: string;
  kind: (typeof SPAN_KIND)[keyof typeof SPAN_KIND];
  startMs: number;
  endMs: number;
  attributes: Record<string, string | number | boolean>;
  links: SpanContext[];
  failed: boolean;
}

/** Where spans go. Taking one never waits and never throws. */
export interface SpanLog {
  /** Of all auctions, the share that is followed, 0 to 1. */
  share: number;
  add(span: Span): void;
  /** Sends what waits. */
  close(): Promise<void>;
}

export const newSpanId = (): string => randomBytes(8).toString('hex');
export const newTraceId = (): string => randomBytes(16).toString('hex');

function contextOf(subject: string): SpanContext {
  const hex = createHash('sha256').update(subject).digest('hex');
  return { traceId: hex.slice(0, 32), spanId: hex.slice(32, 48) };
}

/** The trace of an auction and the span in which it was held. */
export const auctionContext = (auctionId: string): SpanContext => contextOf(`auction:${auctionId}`);

/** The trace of an hour's closing; every closing of that hour hangs in it. */
export const hourContext = (hour: number): SpanContext => contextOf(`hour:${hour}`);

/** Whether this auction is followed: the same answer in every process with the same share. */
export const isFollowed = (auctionId: string, share: number): boolean =>
  hashOf(auctionId) < share * 2 ** 32;

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a `traceparent`; undefined where there is none or it is not well formed, and a trace begins here. */
export function readTraceparent(
  header: string | undefined,
): (SpanContext & { sampled: boolean }) | undefined {
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(header?.trim() ?? '') ?? [];
  if (!traceId || !spanId || !flags || version === 'ff') return undefined;
  // Version 00 ends with the flags; a later one may go on.
  if (version === '00' && more !== undefined) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

type Value = { stringValue: string } | { boolValue: boolean } | { intValue: string } | { doubleValue: number }; // biome-ignore format: one line

function toValue(value: string | number | boolean): Value {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

const attributesOf = (attributes: Span['attributes']) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: toValue(value) }));

/** 64-bit integers are strings in OTLP's JSON. */
const nanos = (ms: number): string => String(BigInt(Math.round(ms * 1000)) * 1000n);

/** The body of `POST /v1/traces`. */
export function encodeSpans(resource: Span['attributes'], spans: readonly Span[]): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [
          {
            scope: { name: 'hongze' },
            spans: spans.map((span) => ({
              traceId: span.traceId,
              spanId: span.spanId,
              ...(span.parentSpanId ? { parentSpanId: span.parentSpanId } : {}),
              name: span.name,
              kind: span.kind,
              startTimeUnixNano: nanos(span.startMs),
              endTimeUnixNano: nanos(span.endMs),
              attributes: attributesOf(span.attributes),
              links: span.links,
              status: span.failed ? { code: 2 } : {},
            })),
          },
        ],
      },
    ],
  });
}
