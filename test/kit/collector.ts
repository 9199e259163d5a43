/** An OpenTelemetry collector of the tests: takes OTLP/JSON over HTTP and keeps every span. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface CollectedSpan {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  links: { traceId: string; spanId: string }[];
  status: { code?: number };
}

interface Resource {
  resource: { attributes: { key: string; value: { stringValue: string } }[] };
  scopeSpans: { spans: Omit<CollectedSpan, 'service'>[] }[];
}

/** Listens until the test has ended. */
export async function openCollector(): Promise<{ endpoint: string; spans: CollectedSpan[] }> {
  const spans: CollectedSpan[] = [];
  const server = createServer(async (req, res) => {
    let text = '';
    for await (const chunk of req) text += chunk;
    if (req.url !== '/v1/traces' || req.headers['content-type'] !== 'application/json') {
      res.writeHead(404).end();
      return;
    }
    for (const { resource, scopeSpans } of JSON.parse(text).resourceSpans as Resource[]) {
      const name = resource.attributes.find(({ key }) => key === 'service.name');
      const service = name?.value.stringValue ?? '';
      for (const scope of scopeSpans)
        spans.push(...scope.spans.map((span) => ({ ...span, service })));
    }
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans };
}
