/** Baselines of one line each: `parse` reads the body and answers fixed bytes, `echo` answers without reading, `pixel` a GET. */
import { createServer } from 'node:http';

const answer = Buffer.from(process.env.BENCH_ANSWER ?? '{}', 'base64');
const parses = process.argv[2] === 'parse';
const type = process.argv[2] === 'pixel' ? 'image/gif' : 'application/json';
let kept: unknown;

const server = createServer((req, res) => {
  if (req.method === 'GET') {
    res.writeHead(200, { 'content-type': type, 'content-length': answer.length });
    res.end(answer);
    return;
  }
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    if (parses) kept = JSON.parse(Buffer.concat(chunks).toString());
    res.writeHead(200, { 'content-type': type, 'content-length': answer.length });
    res.end(answer);
  });
});
server.listen(Number(process.env.EXCHANGE_PORT), '127.0.0.1', () => {
  process.stdout.write(`listening ${kept ?? ''}\n`);
});
