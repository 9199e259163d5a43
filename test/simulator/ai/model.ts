/** A local server that speaks OpenAI's chat completions, as much of it as the assistant uses. What it answers is the test's to say. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AskedModel {
  headers: IncomingHttpHeaders;
  model: string;
  messages: { role: string; content: string }[];
}

export interface ModelServer {
  url: string;
  asked: AskedModel[];
  /** Content of the next answers, or a raw response. */
  answer: { content?: string; status?: number; raw?: string };
  close(): Promise<void>;
}

export async function openModelServer(): Promise<ModelServer> {
  const asked: AskedModel[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Omit<AskedModel, 'headers'>;
      asked.push({ headers: req.headers, model: body.model, messages: body.messages });
      const { content = '', status = 200, raw } = opened.answer;
      const message = { role: 'assistant', content };
      const whole = JSON.stringify({
        id: 'chatcmpl-1',
        object: 'chat.completion',
        choices: [{ index: 0, message }],
      });
      const wrong = req.url !== '/v1/chat/completions' || req.method !== 'POST';
      res.writeHead(wrong ? 404 : status, { 'content-type': 'application/json' });
      res.end(raw ?? whole);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const opened: ModelServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    answer: {},
    close: () => new Promise((done) => server.close(() => done())),
  };
  return opened;
}
