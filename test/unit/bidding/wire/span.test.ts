import { expect, test } from 'vitest';
import { tracingOf } from '../../../../bidding/tracing.ts';
import { isFollowed, readTraceparent } from '../../../../bidding/wire/span.ts';

test('a traceparent is read as W3C writes it, and anything else begins a trace', () => {
  const [trace, span] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
  const good = { traceId: trace, spanId: span };
  expect(readTraceparent(`00-${trace}-${span}-01`)).toEqual({ ...good, sampled: true });
  expect(readTraceparent(`00-${trace}-${span}-00`)).toEqual({ ...good, sampled: false });
  expect(readTraceparent(`cc-${trace}-${span}-03-later`)).toEqual({ ...good, sampled: true });
  for (const bad of [
    undefined,
    '',
    `ff-${trace}-${span}-01`,
    `00-${trace}-${span}-01-more`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace}-${span}`,
  ])
    expect(readTraceparent(bad)).toBeUndefined();
});

test('the share of auctions that is followed is the share asked for', () => {
  const ids = Array.from({ length: 20_000 }, (_, i) => `auction-${i}`);
  const followed = (share: number) => ids.filter((id) => isFollowed(id, share)).length / ids.length;
  expect(followed(0)).toBe(0);
  expect(followed(1)).toBe(1);
  expect(Math.abs(followed(0.1) - 0.1)).toBeLessThan(0.01);
});

test('without a collector nothing is traced; with one, its headers are read', () => {
  const off = { OTEL_EXPORTER_OTLP_HEADERS: '', OTEL_TRACES_SAMPLER_ARG: 1 };
  expect(tracingOf(off)).toBeNull();
  const on = { ...off, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318/' };
  expect(
    tracingOf({ ...on, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20x, a=b=c' }),
  ).toEqual({
    endpoint: 'http://127.0.0.1:4318',
    headers: { authorization: 'Bearer x', a: 'b=c' },
    share: 1,
  });
});
