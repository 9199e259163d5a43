/** Fresh ground for each walk: a copy of the migrated database, a gateway and a clock of its own, so that no walk grows slow. */
import postgres from 'postgres';
import { connect } from '../../../db/client.ts';
import { databaseUrl } from '../../../db/embedded/postgres.ts';
import { dayStartMs } from '../../../db/terms/day.ts';
import { preparedDatabase } from './mortal.ts';
import { openSimWorld, type World } from './world.ts';

export interface Grounds {
  /** Runs `play` in a world that nothing has happened in, and takes it down afterwards. */
  within<T>(seed: number, play: (world: World) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** @param url a migrated database that nobody is connected to: what every ground is a copy of */
export function openGrounds(url: string): Grounds {
  const template = new URL(url).pathname.slice(1);
  const server = postgres(databaseUrl(url, 'postgres'), { max: 1, onnotice: () => {} });
  let opened = 0;
  return {
    async within(seed, play) {
      opened += 1;
      const name = `${template}_ground_${opened}`;
      await server.unsafe(`create database ${name} template ${template}`);
      const { $client } = connect(databaseUrl(url, name), { max: 4, prepare: true });
      const db = preparedDatabase($client);
      const world = await openSimWorld(db, { seed, startMs: dayStartMs('2026-01-20') });
      try {
        return await play(world);
      } finally {
        await world.close();
        await $client.end({ timeout: 2 });
        await server.unsafe(`drop database ${name} with (force)`);
      }
    },
    close: () => server.end({ timeout: 1 }),
  };
}

/** Plays `count` things, `width` at once, until one of them says stop by returning false. */
export async function inLanes(
  count: number,
  width: number,
  play: (n: number) => Promise<boolean>,
): Promise<void> {
  let next = 0;
  let going = true;
  const lane = async () => {
    while (going && next < count) going = (await play(next++)) && going;
  };
  await Promise.all(Array.from({ length: width }, lane));
}
