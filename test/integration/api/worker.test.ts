import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Context } from '../../../api/context.ts';
import type { Task } from '../../../api/tasks.ts';
import { createWorker } from '../../../api/worker.ts';
import { connect } from '../../../db/client.ts';
import { openTestDatabase } from '../../kit/database.ts';

const { url } = await openTestDatabase();

/** A worker with a connection pool of its own, as another process has; its tasks only note that they ran. */
function newWorker(name: string, ran: string[]) {
  const db = connect(url, { max: 3 });
  const note = (task: string, shared = false): Task => ({
    name: task,
    everyMs: 20,
    shared,
    run: async () => {
      ran.push(`${name}:${task}`);
    },
  });
  const failing: Task = {
    name: 'failing',
    everyMs: 20,
    shared: true,
    run: () => Promise.reject(new Error('no such luck')),
  };
  const log: Record<string, unknown>[] = [];
  const ctx = { db, clock: Date.now } as unknown as Context;
  const tasks = [note('alone'), note('together', true), failing];
  const worker = createWorker(ctx, { tasks, log: (entry) => log.push(entry) });
  return { worker, log, close: () => db.$client.end({ timeout: 1 }) };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) await sleep(50);
  expect(condition()).toBe(true);
}

test('of two workers one leads, both share, and the other takes over when the leader goes', async () => {
  const ran: string[] = [];
  const first = newWorker('first', ran);
  const second = newWorker('second', ran);
  first.worker.start();
  await until(() => ran.includes('first:alone'));
  second.worker.start();
  await until(() => ran.filter((one) => one === 'second:together').length > 5);
  expect(ran).not.toContain('second:alone');
  await first.worker.stop();
  await until(() => ran.includes('second:alone'));
  expect(second.log[0]).toMatchObject({ task: 'failing', error: 'no such luck' });
  await second.worker.stop();
  await Promise.all([first.close(), second.close()]);
});

test('a tick runs what it names, now, and says so when there is no such task', async () => {
  const ran: string[] = [];
  const { worker, close } = newWorker('one', ran);
  await worker.tick('alone');
  expect(ran).toEqual(['one:alone']);
  await expect(worker.tick('nonsense')).rejects.toThrow('no task nonsense');
  await expect(worker.tick()).rejects.toThrow('no such luck');
  await close();
});
