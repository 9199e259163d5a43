/**
 * One demo for all test files that look at the console: a whole house takes half a minute to start, and most of it only
 * waits. Nothing is started until a file asks; it ends with the last that lets go, or with the run.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { freePort } from '../../db/embedded/ports.ts';
import { type Demo, startDemo } from '../../run/demo/demo.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** POST takes hold of the demo and tells its address (and its folder in `x-demo-folder`), DELETE lets go. */
    demoKeeper: string;
  }
}

/** Files of one run follow on each other: between two of them the demo is kept. */
const LINGER_MS = 15_000;

interface Running {
  folder: string;
  demo: Promise<Demo>;
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let running: Running | undefined;
  let holders = 0;
  let lingering: NodeJS.Timeout | undefined;

  const stop = async (): Promise<void> => {
    const ending = running;
    running = undefined;
    if (!ending) return;
    await ending.demo.then(
      (demo) => demo.stop(),
      () => {},
    );
    rmSync(ending.folder, { recursive: true, force: true });
  };
  const take = async (): Promise<string> => {
    clearTimeout(lingering);
    holders += 1;
    running ??= begin();
    return (await running.demo).publicUrl;
  };
  const letGo = (): void => {
    holders -= 1;
    if (holders === 0) lingering = setTimeout(() => void stop(), LINGER_MS);
  };
  const server = createServer((request, response) => {
    if (request.method === 'DELETE') {
      letGo();
      response.end();
      return;
    }
    take().then(
      (url) => response.setHeader('x-demo-folder', running?.folder ?? '').end(url),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  project.provide('demoKeeper', await addressOf(server));
  return async () => {
    clearTimeout(lingering);
    server.close();
    await stop();
  };
}

function begin(): Running {
  const folder = mkdtempSync(join(tmpdir(), 'hongze-console-'));
  chmodSync(folder, 0o755);
  const demo = (async () =>
    startDemo({
      folder,
      port: await freePort(),
      exchangePort: await freePort(),
      traffic: true,
      say: () => {},
    }))();
  return { folder, demo };
}

function addressOf(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve(`http://127.0.0.1:${port}/`);
    });
    server.unref();
  });
}
