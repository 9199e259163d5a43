/**
 * `npm run demo:dsp [-- --port 8090 --price 12 --latency 20 --fault none]`: our DSP as a process. The demo's own demand partner is
 * turned on while it runs and paused when it ends.
 */
import { parseArgs } from 'node:util';
import { openDesk } from './desk.ts';
import { FAULTS, openDsp } from './dsp.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8090' },
    price: { type: 'string', default: '12' },
    latency: { type: 'string', default: '20' },
    fault: { type: 'string', default: 'none' },
    seat: { type: 'string', default: 'demo-dsp' },
  },
});
const fault = FAULTS.find((each) => each === values.fault);
if (!fault) {
  process.stderr.write(`--fault is one of ${FAULTS.join(', ')}\n`);
  process.exit(1);
}
const dsp = await openDsp(
  {
    seat: values.seat,
    priceCpm: Number(values.price),
    latencyMs: Number(values.latency),
    fault,
    random: Math.random,
  },
  Number(values.port),
);
const bids = `${dsp.url}/bid`;
const { PUBLIC_URL: consoleUrl } = process.env;
const desk = consoleUrl === undefined ? undefined : await openDesk(consoleUrl, values.seat);
if (desk) {
  await desk.turn({ url: bids, seat: values.seat, status: 'active' });
  process.stdout.write(
    `DSP bidding at ${bids}; the demo’s partner “${values.seat}” is active. Ctrl-C pauses it.\n`,
  );
  const stop = (): void => {
    void desk.turn({ status: 'paused' }).finally(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
} else
  process.stdout.write(
    `DSP bidding at ${bids}; open it as a demand partner with that address and seat “${values.seat}”:\n` +
      '  console → 合作方, or POST /api/demand-partners, then PATCH it to status active\n',
  );
