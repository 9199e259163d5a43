/**
 * Sending spans to a collector: OTLP over HTTP, in JSON. Owns the settings (OpenTelemetry's own names) and the bounded queue.
 * A span is never waited for: where the collector is slow or away, spans are dropped and nothing else happens.
 */
import { z } from 'zod';
import type { LiveAuction } from './wire/live.ts';
import { auctionContext, encodeSpans, SPAN_KIND, type Span, type SpanLog } from './wire/span.ts';

/** Part of each program's environment. */
export const tracingVariables = {
  /** The collector, `http://127.0.0.1:4318`; without it there are no traces. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  /** `name=value`, percent-encoded, comma between: what the collector wants to see. */
  OTEL_EXPORTER_OTLP_HEADERS: z.string().default(''),
  /** Share of auctions that are followed; the same for all programs. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(0.001),
};

export interface TracingSettings {
  /** Of the collector, without a path of ours and without a slash at the end. */
  endpoint: string;
  headers: Record<string, string>;
  share: number;
}

type Variables = z.infer<z.ZodObject<typeof tracingVariables>>;

export function tracingOf(env: Variables): TracingSettings | null {
  if (!env.OTEL_EXPORTER_OTLP_ENDPOINT) return null;
  const pairs = env.OTEL_EXPORTER_OTLP_HEADERS.split(',').filter((pair) => pair.includes('='));
  return {
    endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/+$/, ''),
    headers: Object.fromEntries(
      pairs.map((pair) => {
        const at = pair.indexOf('=');
        return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
      }),
    ),
    share: env.OTEL_TRACES_SAMPLER_ARG,
  };
}

const MAX_WAITING = 4_096;
const BATCH = 512;
const FLUSH_MS = 1_000;
const TIMEOUT_MS = 5_000;

/** Opens the way to a collector. `service` is `service.name`: exchange, api, worker. */
export function openSpanExport(settings: TracingSettings, service: string): SpanLog {
  let waiting: Span[] = [];
  let sending: Promise<void> = Promise.resolve();
  const resource = { 'service.name': service, 'service.namespace': 'hongze' };

  async function send(spans: readonly Span[]): Promise<void> {
    const answer = await fetch(`${settings.endpoint}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...settings.headers },
      body: encodeSpans(resource, spans),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.body?.cancel();
  }

  async function empty(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      waiting = waiting.slice(BATCH);
      // A trace is worth no second try.
      await send(batch).catch(() => {});
    }
  }

  const flush = (): Promise<void> => {
    sending = sending.then(empty);
    return sending;
  };
  const timer = setInterval(() => void flush(), FLUSH_MS);
  timer.unref();

  return {
    share: settings.share,
    add(span) {
      if (waiting.length < MAX_WAITING) waiting.push(span);
    },
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}

/** The auction as the first span of its trace; what becomes of it is told by metering. */
export function auctionSpan(live: LiveAuction): Span {
  const { auctionId, atMs, tookMicros } = live;
  return {
    ...auctionContext(auctionId),
    name: 'auction',
    kind: SPAN_KIND.server,
    startMs: atMs - tookMicros / 1000,
    endMs: atMs,
    attributes: {
      'hongze.auction_id': auctionId,
      'hongze.outlet_id': live.outletId,
      'hongze.placement_id': live.placementId,
      'hongze.line_item_id': live.lineItemId,
      'hongze.candidates': live.candidates,
      'hongze.price_micro_cny': live.priceMicroCny,
      'hongze.no_bid_reason': live.reason,
    },
    links: [],
    failed: false,
  };
}
