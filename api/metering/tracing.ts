/**
 * What metering tells the traces: a span a batch, linked to the followed auctions it holds, and in each such auction's own
 * trace a span from the tracker's call to the commit, linked to the hour whose closing will charge it. Private to metering.
 */
import { EVENT_KIND, type TrackedEvent } from '../../bidding/wire/event.ts';
import {
  auctionContext,
  hourContext,
  isFollowed,
  newSpanId,
  SPAN_KIND,
  type Span,
  type SpanContext,
} from '../../bidding/wire/span.ts';
import { hourOf } from '../../db/terms/day.ts';
import { note, traced } from '../http/tracing.ts';

/** OpenTelemetry's own default for links a span. */
const MAX_LINKS = 128;
const KIND_NAMES = new Map<number, string>(
  Object.entries(EVENT_KIND).map(([name, kind]) => [kind, name]),
);

/** Runs `commit`, the writing of these events, inside the batch's span; without a trace, just runs it. */
export function tracedBatch(
  events: readonly TrackedEvent[],
  commit: () => Promise<number>,
): Promise<number> {
  const opening = { name: 'metering.batch', kind: SPAN_KIND.consumer };
  return traced(opening, async (span) => {
    const counted = await commit();
    if (!span) return counted;
    Object.assign(span.attributes, { 'hongze.events': events.length, 'hongze.counted': counted });
    note((batch, share, nowMs) => {
      const followed = followedOf(events, share);
      span.links.push(...followed.map(({ auctionId }) => auctionContext(auctionId)));
      return followed.map((each) => meteredSpan(each, batch, nowMs));
    });
    return counted;
  });
}

interface Followed {
  auctionId: string;
  event: TrackedEvent;
}

function followedOf(events: readonly TrackedEvent[], share: number): Followed[] {
  const followed: Followed[] = [];
  for (const event of events) {
    const auctionId = event.eventKey.slice(0, event.eventKey.indexOf(':'));
    if (isFollowed(auctionId, share)) followed.push({ auctionId, event });
    if (followed.length === MAX_LINKS) break;
  }
  return followed;
}

function meteredSpan({ auctionId, event }: Followed, batch: SpanContext, nowMs: number): Span {
  const { traceId, spanId: parentSpanId } = auctionContext(auctionId);
  return {
    traceId,
    spanId: newSpanId(),
    parentSpanId,
    name: `metered ${KIND_NAMES.get(event.kind) ?? event.kind}`,
    kind: SPAN_KIND.consumer,
    startMs: event.atMs,
    endMs: Math.max(event.atMs, nowMs),
    attributes: {
      'hongze.line_item_id': event.lineItemId,
      'hongze.placement_id': event.placementId,
      'hongze.price_micro_cny': event.priceMicroCny,
      'hongze.ivt': event.ivt,
      'hongze.hour': hourOf(event.atMs),
    },
    links: [batch, hourContext(hourOf(event.atMs))].map(({ traceId, spanId }) => ({
      traceId,
      spanId,
    })),
    failed: false,
  };
}
