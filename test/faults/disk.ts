/** The disk of Redis is full for ten seconds, then that of PostgreSQL. `npm run faults -- disk` */
import { openSmallFolder } from './kit/folder.ts';
import { openHouse } from './kit/house.ts';
import { openReaders } from './kit/readers.ts';
import { judge, settleBooks } from './kit/verdict.ts';

const forRedis = await openSmallFolder(16, 'redis');
const forPostgres = await openSmallFolder(256, 'postgres');
const house = await openHouse({
  impressions: 50_000,
  nodes: () => [{}, {}],
  redisDir: forRedis.path,
  postgresDir: forPostgres.path,
});
try {
  for (const [fault, folder] of [
    ['disk of Redis', forRedis],
    ['disk of PostgreSQL', forPostgres],
  ] as const) {
    const before = (await house.books()).metered;
    const readers = openReaders(house.urls);
    await readers.drive(3, 100);
    await folder.fill();
    readers.down = true;
    await readers.drive(10, 100);
    readers.down = false;
    const failedRounds = house.failedRounds;
    await folder.free();
    const served = await readers.untilServed(30);
    const { books, seconds } = await settleBooks(house, before + readers.accepted);
    const own = { ...books, metered: books.metered - before };
    const price = books.metered === 0 ? 0 : books.spentMicroCny / books.metered;
    judge({
      fault,
      readers,
      house,
      recoveryS: served + seconds,
      books: { ...own, spentMicroCny: own.metered * price },
      more: { meteringFailed: failedRounds },
      held: { 'the full disk was felt': failedRounds > 0 },
    });
  }
} finally {
  await house.stop();
  forRedis.stop();
  forPostgres.stop();
}
