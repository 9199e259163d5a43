/**
 * The whole house on one machine. Owns the order of its start and stop: servers, migrations, seed,
 * console, gateway, api, exchange, worker, traffic. Used by `npm start`, the screenshots and tests.
 */

import { freePort } from '../../db/embedded/ports.ts';
import { bootServers, type Servers } from '../../db/embedded.ts';
import { buildConsole } from './console.ts';
import { forgetHalfSeed, prepareDatabase, seedOnce } from './database.ts';
import { type DemoEnvironment, demoEnvironment } from './environment.ts';
import { readOrMakeKeys } from './keys.ts';
import { ensureFolder, forgetRunning, noteRunning, wasKilled } from './place.ts';
import { choosePort } from './ports.ts';
import { type DemoProcess, startProcess, untilHealthy } from './processes.ts';
import { buildPrograms, type ProgramName } from './programs.ts';

export interface DemoOptions {
  folder: string;
  port: number;
  exchangePort: number;
  traffic: boolean;
  /** Arguments of the traffic simulator. */
  trafficArgs?: string[];
  say: (line: string) => void;
}

export interface Demo {
  publicUrl: string;
  exchangeUrl: string;
  env: DemoEnvironment;
  /** Resolves with the name of the first process that ends by itself. */
  broken: Promise<DemoProcess>;
  stop(): Promise<void>;
}

/** Starts everything and waits until it answers. @throws after stopping what had started. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { folder, say } = options;
  ensureFolder(folder);
  forgetHalfSeed(folder);
  const started: DemoProcess[] = [];
  let servers: Servers | undefined;
  const stop = async () => {
    // Who asks goes before who is asked; each finishes what it has begun.
    await Promise.all(started.map((process) => process.stop()));
    await servers?.stop();
    forgetRunning(folder);
  };
  try {
    const { ports, release } = await choosePorts(options);
    const building = buildConsole(say);
    // Awaited below; until then its failure must not count as unhandled.
    building.catch(() => {});
    const programs = buildPrograms();
    programs.catch(() => {});
    servers = await bootServers({ folder, durable: true });
    const external = Boolean(process.env.DATABASE_URL);
    const databaseUrl = await prepareDatabase(servers.databaseUrl, { external, folder, say });
    const env = demoEnvironment(folder, readOrMakeKeys(folder), {
      databaseUrl,
      redisUrl: servers.redisUrl,
      ...ports,
    });
    await programs;
    const start = (name: ProgramName, args?: string[]) => {
      const process = startProcess(name, { folder, env, ...(args ? { args } : {}) });
      started.push(process);
      return process;
    };
    const gateway = start('alipay');
    await release();
    // These come up beside the seeding; the worker's first act is to publish what it has made.
    const doors = { gateway, api: start('api'), exchange: start('exchange') };
    await seedOnce(env, { external, folder, say });
    const worker = start('worker');
    await untilOpen(doors, env, ports);
    if (!worker.kept.running()) {
      throw new Error(`The worker ended. The end of its output:\n${worker.kept.output()}`);
    }
    await building;
    if (options.traffic) start('traffic', options.trafficArgs);
    const demo = { publicUrl: env.PUBLIC_URL, exchangeUrl: env.EXCHANGE_URL };
    noteRunning(folder, {
      pid: process.pid,
      ...demo,
      databaseUrl,
      redisUrl: servers.redisUrl,
      gatewayControlUrl: `http://127.0.0.1:${ports.gatewayControlPort}`,
    });
    // Traffic may come to its end; the others never should.
    const lasting = started.filter((process) => process.name !== 'traffic');
    const broken = Promise.race(lasting.map((one) => one.kept.exited.then(() => one)));
    return { ...demo, env, broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilOpen(
  { gateway, api, exchange }: Record<'gateway' | 'api' | 'exchange', DemoProcess>,
  env: DemoEnvironment,
  ports: { port: number; exchangePort: number; gatewayControlPort: number },
): Promise<void> {
  const host = env.HOST === '0.0.0.0' ? '127.0.0.1' : env.HOST;
  await Promise.all([
    untilHealthy(gateway, `http://127.0.0.1:${ports.gatewayControlPort}/_sim/book`),
    untilHealthy(api, `http://${host}:${ports.port}/api/health`),
    untilHealthy(exchange, `http://${host}:${ports.exchangePort}/health`),
  ]);
}

async function choosePorts(options: DemoOptions) {
  // After kill -9 the old processes need a moment to let go of their ports.
  const choice = {
    patienceMs: wasKilled(options.folder) ? 8000 : 0,
    taken: new Set<number>(),
    say: options.say,
  };
  const api = await choosePort('PORT', options.port, choice);
  const exchange = await choosePort('EXCHANGE_PORT', options.exchangePort, choice);
  return {
    ports: {
      port: api.port,
      exchangePort: exchange.port,
      gatewayPort: await freePort(),
      gatewayControlPort: await freePort(),
    },
    release: () => Promise.all([api.release(), exchange.release()]),
  };
}
