import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readConfig } from '../../../api/env.ts';
import { readEnv } from '../../../bidding/env.ts';
import { EXCHANGE_FLAGS, WORKER_FLAGS } from '../../../run/demo/processes.ts';
import { PROGRAMS } from '../../../run/demo/programs.ts';

const read = (path: string): string => readFileSync(path, 'utf8');
const UNITS = readdirSync('ops/systemd').map((name) => ({
  name,
  text: read(`ops/systemd/${name}`),
}));
const compose = read('compose.yaml');
const example = read('ops/environment.example');

/** Variables that compose itself and the images of others read. */
const FOREIGN = new Set([
  'POSTGRES_USER', 'POSTGRES_DB', 'POSTGRES_PASSWORD', 'PROGRAM_PASSWORD', 'NODE_ENV',
]); // biome-ignore format: a list
/** What the three programs and the migration read, as their sources name it. */
const known = new Set(
  ['api/env.ts', 'bidding/env.ts', 'bidding/tracing.ts', 'run/migrate.ts'].flatMap((path) =>
    [...read(path).matchAll(/\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)\b/g)].map(([, name]) => name),
  ),
);

const captures = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, name]) => name as string);

/** One service of the compose file: its lines up to the next one of the same depth. */
const service = (name: string): string =>
  new RegExp(`^ {2}${name}:\\n((?: {4}.*\\n|\\n)+)`, 'm').exec(compose)?.[1] ?? '';

test('compose, units and the container start programs that are built', () => {
  const started = [compose, read('Dockerfile'), ...UNITS.map(({ text }) => text)].flatMap((text) =>
    captures(text, /dist\/programs\/(\w+)\.mjs/g),
  );
  expect(new Set(started)).toEqual(new Set(['api', 'exchange', 'worker', 'migrate']));
  for (const name of started) expect(Object.keys(PROGRAMS)).toContain(name);
});

test('every variable they set is one that a program reads', () => {
  const set = [
    ...captures(example, /^(?:# )?([A-Z][A-Z0-9_]+)=/gm),
    ...captures(compose, /^ +([A-Z][A-Z0-9_]+):/gm),
    ...captures(compose, /\$\{([A-Z0-9_]+)/g),
    ...UNITS.flatMap(({ text }) =>
      captures(text, /^Environment=(.*)$/gm).flatMap((line) => captures(line, /([A-Z0-9_]+)=/g)),
    ),
  ];
  expect(set.length).toBeGreaterThan(30);
  expect(set.filter((name) => !FOREIGN.has(name) && !known.has(name))).toEqual([]);
});

test('every variable that api, worker or exchange reads stands in the example', () => {
  const said = new Set(captures(example, /^(?:# )?([A-Z][A-Z0-9_]+)=/gm));
  const wanted = ['api/env.ts', 'bidding/env.ts', 'bidding/tracing.ts'].flatMap((path) =>
    captures(read(path), /^ {2}([A-Z][A-Z0-9_]+): (?:z\b|pem)/gm),
  );
  expect(wanted.length).toBeGreaterThan(40);
  expect(wanted.filter((name) => !said.has(name))).toEqual([]);
});

test('the image keeps what holds machine code, and who writes files has where', () => {
  // Bundler, sharp and jieba come as optional packages: without them nothing is built, and nothing classified.
  expect(read('Dockerfile')).not.toMatch(/omit=optional/);
  for (const name of ['api', 'worker']) {
    expect(service(name)).toContain('assets:/var/lib/hongze/assets');
    expect(UNITS.find((unit) => unit.name === `hongze-${name}.service`)?.text).toContain(
      'StateDirectory=hongze',
    );
  }
});

test('a program has the same flags wherever it is started', () => {
  const flags = { exchange: EXCHANGE_FLAGS, worker: WORKER_FLAGS };
  for (const [name, wanted] of Object.entries(flags)) {
    const unit = UNITS.find((each) => each.name.startsWith(`hongze-${name}`))?.text ?? '';
    for (const flag of wanted) {
      expect(unit, name).toContain(` ${flag} `);
      expect(service(name), name).toContain(`"${flag}"`);
    }
  }
});

test('the example starts both servers once its empty lines are filled in', () => {
  const pem = `-----BEGIN PRIVATE KEY-----\\n${'A'.repeat(64)}\\n-----END PRIVATE KEY-----`;
  const filled = Object.fromEntries(
    [...example.matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [
      name as string,
      value || (/_KEY$/.test(name as string) && name !== 'TOKEN_KEY' ? pem : 'ab'.repeat(32)),
    ]),
  );
  const config = readConfig(filled);
  const exchange = readEnv(filled);
  expect(new URL(config.databaseUrl).username).toBe('hongze_program');
  expect(exchange.redisUrl).toBe(config.redisUrl);
  expect([exchange.port, config.port]).toEqual([8080, 8787]);
});

test('published ports are the ones the programs listen on, and nginx finds them', () => {
  expect(service('api')).toContain('"127.0.0.1:8787:8787"');
  expect(service('exchange')).toContain('"127.0.0.1:8080:8080"');
  expect(read('Dockerfile')).toContain('EXPOSE 8787 8080');
  const behind = captures(read('ops/nginx.conf'), /server 127\.0\.0\.1:(\d+)/g);
  const scraped = captures(read('ops/prometheus/prometheus.yaml'), /"127\.0\.0\.1:(\d+)"/g);
  expect(new Set(behind)).toEqual(new Set(scraped));
});

test('programs log in as one who owns nothing; only the migration is the owner', () => {
  const shared = /^x-program:[\s\S]*?\n\n/m.exec(compose)?.[0] ?? '';
  expect(shared).toMatch(/postgres:\/\/hongze_program:\$\{PROGRAM_PASSWORD:\?\}@/);
  // What env_file says of the owner is taken away again.
  for (const name of ['MIGRATE_URL', 'POSTGRES_PASSWORD', 'PROGRAM_PASSWORD'])
    expect(shared).toContain(`${name}: ""`);
  for (const name of ['api', 'worker', 'exchange']) {
    expect(service(name)).not.toBe('');
    expect(service(name)).not.toMatch(/environment:|postgres:\/\//);
  }
  expect(service('migrate')).toMatch(
    /MIGRATE_URL: postgres:\/\/hongze:\$\{POSTGRES_PASSWORD:\?\}@/,
  );
  expect(example).not.toMatch(/^MIGRATE_URL=/m);
  for (const { name, text } of UNITS) {
    const file = /^EnvironmentFile=(.*)$/m.exec(text)?.[1];
    expect(file).toBe(`/etc/hongze/${/migrate/.test(name) ? 'migrate' : 'environment'}`);
  }
});
