import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import edge from '../../../api/edge.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'hongze-edge-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the API bundles for Cloudflare Workers, without a network', async () => {
  const assets = mkdtempSync(join(folder, 'assets-'));
  writeFileSync(join(assets, 'index.html'), '<!doctype html>');
  const out = join(folder, 'out');
  const { stdout } = await run(
    process.execPath,
    ['node_modules/wrangler/bin/wrangler.js', 'deploy', '--dry-run'].concat([
      '--outdir',
      out,
      '--assets',
      assets,
    ]),
    {
      env: {
        ...process.env,
        WRANGLER_SEND_METRICS: 'false',
        WRANGLER_LOG_PATH: join(folder, 'log'),
        // Nothing may be fetched for it.
        HTTPS_PROXY: 'http://127.0.0.1:9',
        HTTP_PROXY: 'http://127.0.0.1:9',
      },
      timeout: 100_000,
    },
  );
  expect(stdout).toContain('env.HYPERDRIVE');
  expect(stdout).toContain('--dry-run: exiting now.');
  expect(readdirSync(out)).toContain('edge.js');
});

test.each([
  ['GET', '/api/live'],
  ['POST', '/api/assets'],
])('on the edge %s %s says that only the Node process offers it', async (method, path) => {
  const response = await edge.fetch(
    new Request(`https://ads.example.cn${path}`, { method }),
    { HYPERDRIVE: { connectionString: '' }, ASSETS: { fetch } },
    { waitUntil: () => {} },
  );
  expect(response.status).toBe(501);
  expect(await response.json()).toMatchObject({ code: 'not_on_edge', status: 501 });
});
