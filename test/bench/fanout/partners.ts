/**
 * Demand partners for the bench, in a process of their own: a fixed answer after a fixed time, or a fault. Says over IPC where they
 * are, and when asked how long the slowest healthy answer of each auction really took, since on a busy machine a timer of 20 ms may
 * fire after 25. On bare sockets: twenty HTTP servers in one process read for milliseconds before they begin to count, and the
 * exchange would be charged with it.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface BenchPartner {
  seat: string;
  priceCpm: number;
  latencyMs: number;
  fault: 'none' | 'hang' | 'garbage';
}

/** By auction, milliseconds from the question to the answer; and how often each partner was asked. */
export interface PartnerReport {
  slowestMs: Record<string, number>;
  asked: Record<string, number>;
}

let slowestMs = new Map<string, number>();
let asked = new Map<string, number>();

const answerOf = ({ seat, priceCpm }: BenchPartner, id: string): string =>
  JSON.stringify({
    id,
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

const ID = /"id":"(auction-\d+)"/;
const LENGTH = /\r\ncontent-length: (\d+)\r\n/i;

function answer(partner: BenchPartner, body: string, socket: Socket): void {
  asked.set(partner.seat, (asked.get(partner.seat) ?? 0) + 1);
  if (partner.fault === 'hang') return;
  const startedAt = performance.now();
  const id = ID.exec(body)?.[1] ?? '';
  const text = partner.fault === 'garbage' ? '<html>502</html>' : answerOf(partner, id);
  const send = (): void => {
    socket.write(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
    );
  };
  if (partner.fault === 'garbage') send();
  else
    setTimeout(() => {
      send();
      const tookMs = performance.now() - startedAt;
      slowestMs.set(id, Math.max(slowestMs.get(id) ?? 0, tookMs));
    }, partner.latencyMs);
}

/** One question after the other over a connection, as far as HTTP has to be read for it. */
function listenTo(partner: BenchPartner, socket: Socket): void {
  let text = '';
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (;;) {
      const from = text.indexOf('\r\n\r\n') + 4;
      const end = from + Number(LENGTH.exec(text)?.[1] ?? 0);
      if (from < 4 || text.length < end) return;
      answer(partner, text.slice(from, end), socket);
      text = text.slice(end);
    }
  });
}

async function open(partner: BenchPartner): Promise<string> {
  const server = createServer((socket) => listenTo(partner, socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

process.on('message', async (message: { open?: BenchPartner[]; report?: true }) => {
  if (message.open) process.send?.(await Promise.all(message.open.map(open)));
  else {
    const report: PartnerReport = {
      slowestMs: Object.fromEntries(slowestMs),
      asked: Object.fromEntries(asked),
    };
    process.send?.(report);
    slowestMs = new Map();
    asked = new Map();
  }
});
