/** Baselines of one line each: `parse` reads the body and answers fixed bytes, `echo` answers without reading. */
import { createServer } from 'node:http';

const answer = Buffer.from(process.env.BENCH_ANSWER ?? '{}', 'base64');
const parses = process.argv[2] === 'parse';
let kept: unknown;

const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    if (parses) kept = JSON.parse(Buffer.concat(chunks).toString());
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
    res.end(answer);
  });
});
server.listen(Number(process.env.EXCHANGE_PORT), '127.0.0.1', () => {
  process.stdout.write(`listening ${kept ?? ''}\n`);
});
