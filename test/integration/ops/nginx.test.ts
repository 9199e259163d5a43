import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import { afterAll, describe, expect, test } from 'vitest';
import { createExchange } from '../../../bidding/exchange.ts';
import { decodeEvent } from '../../../bidding/wire/event.ts';
import { EVENT_SHARDS, keys } from '../../../bidding/wire/keys.ts';
import { keep } from '../../../db/embedded/keeper.ts';
import { freePort, portIsFree } from '../../../db/embedded/ports.ts';
import { onPath } from '../../../db/embedded/redis.ts';
import { dayOf } from '../../../db/terms/day.ts';
import { findProgram } from '../../kit/debian.ts';
import { BROWSER, until } from '../../kit/readers.ts';
import { openTestRedis } from '../../kit/redis.ts';
import { aSnapshot, grant, publish } from '../../kit/snapshot.ts';

const program = onPath('openssl') ? await findProgram('nginx') : null;

describe.skipIf(!program)(
  'three bidding nodes behind nginx with the shipped configuration',
  async () => {
    if (!program) return;
    const redis = await openTestRedis();
    await publish(redis, aSnapshot());
    for (const { id } of aSnapshot().lineItems) await grant(redis, id, dayOf(Date.now()), 1e9);
    const nodes = await Promise.all(
      ['a', 'b', 'c'].map(async (nodeId) => {
        const exchange = createExchange({
          redis,
          tokenKey: '66'.repeat(32),
          nodeId,
          trustProxy: 'loopback',
          redisTimeoutMs: 30_000,
        });
        return { exchange, ...(await exchange.listen(0)) };
      }),
    );

    const folder = mkdtempSync(join(tmpdir(), 'hongze-nginx-'));
    chmodSync(folder, 0o755);
    const port = await freePort();
    const [certificate, key] = [join(folder, 'bid.pem'), join(folder, 'bid.key')];
    const request = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=bid',
    ];
    execFileSync('openssl', [...request, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    writeFileSync(join(folder, 'hongze.conf'), fitted(readFileSync('ops/nginx.conf', 'utf8')));
    writeFileSync(join(folder, 'nginx.conf'), frame());
    const server = keep(program.path, ['-p', folder, '-c', join(folder, 'nginx.conf')], {
      stopSignal: 'TERM',
      env: program.env,
    });
    await until(async () => !server.running() || !(await portIsFree(port)));
    const agent = new Agent({ connect: { rejectUnauthorized: false }, connections: 24 });
    afterAll(async () => {
      await agent.close();
      await server.stop();
      await Promise.all(nodes.map(({ exchange }) => exchange.close()));
      rmSync(folder, { recursive: true, force: true });
    });

    /** Addresses and certificates of this test; everything else as shipped. */
    function fitted(text: string): string {
      const [first, second, third] = nodes.map((node) => node.port);
      return text
        .replaceAll(
          'server 127.0.0.1:8081 ',
          `server 127.0.0.1:${third} max_fails=2;\n    server 127.0.0.1:${first} `,
        )
        .replaceAll('127.0.0.1:8082', `127.0.0.1:${second}`)
        .replaceAll('listen 443', `listen 127.0.0.1:${port}`)
        .replace(/\/etc\/ssl\/hongze\/\w+\.pem/g, certificate)
        .replace(/\/etc\/ssl\/hongze\/\w+\.key/g, key);
    }
    function frame(): string {
      const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      const paths = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ');
      const user = process.getuid?.() === 0 ? 'user root;' : '';
      return `${user} daemon off; pid ${folder}/pid; error_log stderr; worker_processes 1;
events { worker_connections 512; } http { access_log off; ${paths} include ${folder}/hongze.conf; }`;
    }
    const call = (path: string, init: { method?: string; body?: string; headers?: object } = {}) =>
      fetch(`https://127.0.0.1:${port}${path}`, {
        ...init,
        headers: { host: 'bid.example.cn', 'user-agent': BROWSER, ...init.headers },
        dispatcher: agent,
      });
    async function ask(reader: number): Promise<string | undefined> {
      const answer = await call('/openrtb2/auction', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9' },
        body: JSON.stringify({
          id: `r${reader}`,
          imp: [{ id: '1', tagid: '201', banner: { format: [{ w: 300, h: 250 }] } }],
          site: { publisher: { id: '1' } },
          device: { ua: BROWSER, ip: `10.3.0.${reader}` },
          user: { id: `reader-${reader}`, ext: { divisionCode: '330110' } },
          cur: ['CNY'],
        }),
      });
      if (answer.status !== 200) return undefined;
      const { seatbid } = (await answer.json()) as { seatbid: { bid: { burl: string }[] }[] };
      const token = new URL(seatbid[0]?.bid[0]?.burl ?? '').searchParams.get('t');
      return `/t/i?t=${token}`;
    }
    /** nginx gives a node little time, and a busy machine may need more: asked until it wins. */
    async function won(reader: number): Promise<string> {
      let pixel: string | undefined;
      await until(async () => {
        pixel = await ask(reader);
        return pixel !== undefined;
      });
      return pixel as string;
    }
    async function held(): Promise<number[]> {
      const texts = await Promise.all(
        nodes.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
      );
      return texts.map((text) => Number(/hongze_auctions_total (\d+)/.exec(text)?.[1]));
    }
    async function events() {
      await Promise.all(nodes.map(({ exchange }) => exchange.flush()));
      const streams = Array.from({ length: EVENT_SHARDS }, (_, shard) => keys.events(shard));
      const entries = await Promise.all(streams.map((stream) => redis.xrange(stream, '-', '+')));
      return entries
        .flat()
        .flatMap(([, fields]) => fields.filter((_, i) => i % 2 === 1).map(decodeEvent));
    }

    test('nginx takes the configuration as it is', () => {
      expect(server.running(), server.output()).toBe(true);
    });

    test('all nodes hold auctions, and a tracker counts once wherever it is called', async () => {
      const pixels = await Promise.all(Array.from({ length: 60 }, (_, reader) => won(reader)));
      expect((await held()).every((auctions) => auctions > 0)).toBe(true);
      const twice = [...pixels, ...pixels];
      const answers = await Promise.all(twice.map((pixel) => call(pixel)));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      const seen = await events();
      expect(seen).toHaveLength(60);
      // What the caller claims of its address is not believed.
      expect(new Set(seen.map((event) => event?.ip))).toEqual(new Set(['127.0.0.1']));
    });

    test('what watches the nodes is closed to the world', async () => {
      expect((await call('/metrics')).status).toBe(403);
      expect((await call('/health')).status).toBe(403);
    });

    test('a node that dies takes nothing along: trackers go to another, auctions go on', async () => {
      const pixels = (await Promise.all([100, 101, 102, 103].map(ask))).filter(Boolean) as string[];
      await nodes[0]?.exchange.close();
      const answers = await Promise.all(pixels.map((pixel) => call(pixel)));
      expect(answers.map(({ status }) => status)).toEqual(pixels.map(() => 200));
      await until(async () => (await ask(104)) !== undefined && (await ask(105)) !== undefined);
    });
  },
);
