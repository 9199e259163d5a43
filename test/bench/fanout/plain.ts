/** The fan-out as anybody would write it, to compare with: node:http both ways, one timer a partner, all answers waited for. */
import { Agent, createServer, request } from 'node:http';

const urls = (process.env.PARTNERS ?? '').split(' ').map((url) => new URL(`${url}/bid`));
const deadlineMs = Number(process.env.DEADLINE_MS);
const agent = new Agent({ keepAlive: true });
const headers = { 'content-type': 'application/json', 'x-openrtb-version': '2.6' };

interface Bid {
  price: number;
}

function ask(url: URL, body: string): Promise<Bid | undefined> {
  return new Promise((resolve) => {
    const req = request(url, { method: 'POST', headers, agent }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', () => resolve(undefined));
      res.on('end', () => {
        clearTimeout(timer);
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString()).seatbid[0].bid[0]);
        } catch {
          resolve(undefined);
        }
      });
    });
    const timer = setTimeout(() => {
      req.destroy();
      resolve(undefined);
    }, deadlineMs);
    req.on('error', () => resolve(undefined));
    req.end(body);
  });
}

const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', async () => {
    const message = JSON.parse(Buffer.concat(chunks).toString());
    const asked = { ...message, tmax: deadlineMs, cur: ['CNY'], at: 1 };
    const bids = await Promise.all(urls.map((url) => ask(url, JSON.stringify(asked))));
    const best = bids.reduce((a, b) => ((b?.price ?? 0) > (a?.price ?? 0) ? b : a), undefined);
    const body = JSON.stringify({ id: message.id, cur: 'CNY', seatbid: [{ bid: [best] }] });
    res.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
});
server.keepAliveTimeout = 65_000;
server.listen(Number(process.env.EXCHANGE_PORT), '127.0.0.1', () =>
  process.stdout.write('listening\n'),
);
process.once('SIGTERM', () => process.exit(0));
