/**
 * Demand partners for the bench, in a process of their own: a fixed answer after a fixed time, or a fault. Says over IPC where they
 * are, and when asked how long the healthy ones really took, since on a busy machine a timer of 20 ms may fire after 25.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { percentile } from '../kit/figures.ts';

export interface BenchPartner {
  seat: string;
  priceCpm: number;
  latencyMs: number;
  fault: 'none' | 'hang' | 'garbage';
}

const took: number[] = [];

const answerOf = ({ seat, priceCpm }: BenchPartner): string =>
  JSON.stringify({
    id: 'bench',
    cur: 'CNY',
    seatbid: [
      {
        seat,
        bid: [
          {
            id: '1',
            impid: '1',
            price: priceCpm,
            crid: 'c1',
            adomain: [`${seat}.example`],
            w: 300,
            h: 250,
            mtype: 1,
            adm: `<b>${seat}</b>`,
          },
        ],
      },
    ],
  });

async function open(partner: BenchPartner): Promise<string> {
  const body = Buffer.from(partner.fault === 'garbage' ? '<html>502</html>' : answerOf(partner));
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const send = (res: ServerResponse): void => {
    res.writeHead(200, headers).end(body);
  };
  const server = createServer((req, res) => {
    req.resume();
    const startedAt = performance.now();
    req.on('end', () => {
      if (partner.fault === 'hang') return;
      if (partner.fault === 'garbage') return send(res);
      setTimeout(() => {
        send(res);
        took.push(performance.now() - startedAt);
      }, partner.latencyMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

process.on('message', async (message: { open?: BenchPartner[]; report?: true }) => {
  if (message.open) process.send?.(await Promise.all(message.open.map(open)));
  else {
    process.send?.({ p50Ms: percentile(took, 0.5), p99Ms: percentile(took, 0.99) });
    took.length = 0;
  }
});
