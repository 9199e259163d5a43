/** Commands that talk to the demo which runs already: they get its addresses and its keys. */
import { runScript } from '../child.ts';
import { demoEnvironment } from './environment.ts';
import { readOrMakeKeys } from './keys.ts';
import { DEMO_FOLDER, findRunning } from './place.ts';

const portOf = (url: string) => Number(new URL(url).port || 80);

/** Runs the file against the running demo; says so and fails when there is none. */
export async function runAgainstDemo(file: string, args: string[]): Promise<never> {
  const running = findRunning();
  if (!running && !process.env.EXCHANGE_URL) {
    process.stderr.write('No demo runs here: start it with npm start, or set EXCHANGE_URL.\n');
    process.exit(1);
  }
  const env = running
    ? {
        ...demoEnvironment(DEMO_FOLDER, readOrMakeKeys(DEMO_FOLDER), {
          databaseUrl: running.databaseUrl,
          redisUrl: running.redisUrl,
          port: portOf(running.publicUrl),
          exchangePort: portOf(running.exchangeUrl),
          gatewayPort: 0,
          gatewayControlPort: 0,
        }),
        PUBLIC_URL: running.publicUrl,
        EXCHANGE_URL: running.exchangeUrl,
      }
    : process.env;
  const { code } = await runScript(file, args, { env });
  process.exit(code);
}
