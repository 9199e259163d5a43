/**
 * Spans of the API and the worker. Owns which span is open in the present chain of calls, so that a verb names its part
 * (`traced`) and no signature carries a tracer. Where nobody opened a trace, `traced` is a call and nothing more.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createMiddleware } from 'hono/factory';
import { matchedRoutes } from 'hono/route';
import {
  newSpanId,
  newTraceId,
  readTraceparent,
  SPAN_KIND,
  type Span,
  type SpanContext,
  type SpanLog,
} from '../../bidding/wire/span.ts';
import type { Clock } from '../../db/terms/day.ts';
import type { AppEnv } from '../context.ts';

interface Tracing {
  spans: SpanLog;
  clock: Clock;
}

interface Open extends Tracing {
  span: Span;
  /** A span was written under this one. */
  hasChildren: boolean;
}

interface Opening {
  name: string;
  kind?: Span['kind'];
  attributes?: Span['attributes'];
  /** Where it hangs; absent: a trace of its own. `spanId` absent: at the root of that trace. */
  under?: { traceId: string; spanId?: string };
  /** Whether a finished span is worth sending; absent: always. */
  keep?: (span: Span, hasChildren: boolean) => boolean;
}

const present = new AsyncLocalStorage<Open>();

/** Opens a span, runs `work` in it, and hands it over when it has ended; whatever `work` throws goes on. */
export async function openTrace<T>(
  { spans, clock }: Tracing,
  opening: Opening,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const startMs = clock();
  const began = performance.now();
  const parentSpanId = opening.under?.spanId;
  const span: Span = {
    traceId: opening.under?.traceId ?? newTraceId(),
    spanId: newSpanId(),
    ...(parentSpanId ? { parentSpanId } : {}),
    name: opening.name,
    kind: opening.kind ?? SPAN_KIND.internal,
    startMs,
    endMs: startMs,
    attributes: opening.attributes ?? {},
    links: [],
    failed: false,
  };
  const outer = present.getStore();
  const open: Open = { spans, clock, span, hasChildren: false };
  try {
    return await present.run(open, () => work(span));
  } catch (error) {
    span.failed = true;
    span.attributes['error.type'] = error instanceof Error ? error.name : 'unknown';
    throw error;
  } finally {
    span.endMs = startMs + (performance.now() - began);
    if (span.failed || (opening.keep?.(span, open.hasChildren) ?? true)) {
      spans.add(span);
      if (outer) outer.hasChildren = true;
    }
  }
}

/**
 * Runs `work` as a span under the present one; without one, runs it with nothing. `trace` hangs it at the root of another
 * trace, linked to the present span.
 */
export function traced<T>(
  opening: Omit<Opening, 'under'> & { trace?: string },
  work: (span: Span | undefined) => Promise<T>,
): Promise<T> {
  const outer = present.getStore();
  if (!outer) return work(undefined);
  const { traceId, spanId } = outer.span;
  if (opening.trace === undefined)
    return openTrace(outer, { ...opening, under: { traceId, spanId } }, work);
  return openTrace(outer, { ...opening, under: { traceId: opening.trace } }, (span) => {
    span.links.push({ traceId, spanId });
    return work(span);
  });
}

/** Writes a finished span that somebody else's trace gets: what happened to an auction here. Nothing without a trace. */
export function note(span: (from: SpanContext, share: number, nowMs: number) => Span[]): void {
  const open = present.getStore();
  if (!open) return;
  for (const each of span(open.span, open.spans.share, open.clock())) open.spans.add(each);
}

/** Each request as a span, in the caller's trace where it sent one (W3C `traceparent`), unless it said not to. */
export const traceRequests = createMiddleware<AppEnv>(async (c, next) => {
  const { spans, clock } = c.var.ctx;
  const caller = readTraceparent(c.req.header('traceparent'));
  if (!spans || (caller && !caller.sampled)) return next();
  const opening = {
    name: c.req.method,
    kind: SPAN_KIND.server,
    ...(caller ? { under: caller } : {}),
  };
  await openTrace({ spans, clock }, opening, async (span) => {
    await next();
    // The pattern, not the path: a path may hold what a person typed.
    const route = matchedRoutes(c).findLast(({ path }) => !path.endsWith('*'))?.path ?? '*';
    span.name = `${c.req.method} ${route}`;
    span.failed = c.res.status >= 500;
    Object.assign(span.attributes, {
      'http.request.method': c.req.method,
      'http.route': route,
      'http.response.status_code': c.res.status,
      'hongze.request_id': c.var.requestId,
    });
  });
});
