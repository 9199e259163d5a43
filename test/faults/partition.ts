/** A node is cut off from Redis for twenty seconds while another goes on. `npm run faults -- partition` */
import { openHouse } from './kit/house.ts';
import { type Line, openLine } from './kit/line.ts';
import { openReaders } from './kit/readers.ts';
import { judge, settleBooks } from './kit/verdict.ts';

let line: Line | undefined;
const house = await openHouse({
  impressions: 5_000,
  nodes: async (redisPort) => {
    line = await openLine(redisPort);
    return [{ redisUrl: `redis://127.0.0.1:${line.port}` }, {}];
  },
});
try {
  const readers = openReaders(house.urls);
  await readers.drive(5);
  line?.cut();
  readers.down = true;
  await readers.drive(20);
  readers.down = false;
  const { waitingEvents } = await house.health(0);
  line?.mend();
  const served = await readers.untilServed(30);
  const { books, seconds } = await settleBooks(house, readers.accepted);
  const recoveryS = served + seconds;
  judge({
    fault: 'partition',
    readers,
    house,
    recoveryS,
    books,
    more: { waitedBehindTheCut: waitingEvents },
  });
} finally {
  await house.stop();
  await line?.close();
}
