import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createMailer } from '../../../../api/http/mail.ts';
import { letterSender } from '../../../../api/identity/identity.ts';
import { queueLetter } from '../../../../api/identity/outbox.ts';
import { newAdvertiser, openTestApi, PASSWORD, send, signIn } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { until } from '../../../kit/readers.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const outbox = mkdtempSync(join(tmpdir(), 'hongze-letters-'));
afterAll(() => rmSync(outbox, { recursive: true, force: true }));
const { db } = await openTestDatabase();
const redis = await openTestRedis();
const from = '泓泽 <no-reply@test.hongze>';
const api = openTestApi({ db, redis, config: { mail: { from, outbox } } });
const sendLetters = letterSender(api.ctx.config);
const NEW = 'tidal marsh lantern 7';

const post = (path: string, body: object, headers = {}) =>
  send<Record<string, unknown>>(api.app, 'POST', `/api/auth/${path}`, body, {
    origin: 'http://localhost:8787',
    ...headers,
  });

/** The letter that comes, and the link in it. */
async function letterTo(email: string, act: () => Promise<unknown>): Promise<string> {
  // What lies there from before would come with it, and be taken for it.
  while ((await sendLetters({ db, clock: Date.now })) > 0);
  const before = new Set(readdirSync(outbox));
  await act();
  const fresh = () =>
    readdirSync(outbox).filter(
      (name) => !before.has(name) && readFileSync(join(outbox, name), 'utf8').includes(email),
    );
  await until(async () => {
    await sendLetters({ db, clock: Date.now });
    return fresh().length === 1;
  });
  const file = join(outbox, fresh()[0] as string);
  expect(statSync(file).mode & 0o077).toBe(0);
  const raw = readFileSync(file, 'utf8');
  const head = raw.slice(0, raw.search(/\r?\n\r?\n/));
  expect(head).toContain(`To: ${email}`);
  const body = raw.slice(head.length).trim();
  const text = /transfer-encoding: base64/i.test(head)
    ? Buffer.from(body, 'base64').toString()
    : body.replace(/=\r?\n/g, '').replaceAll('=3D', '=');
  return /http:\S+/.exec(text)?.[0] ?? '';
}

async function audited(userId: string, action: string): Promise<number> {
  const rows = await db.$client`
    SELECT 1 FROM audit_entry WHERE subject = ${`user:${userId}`} AND action = ${action}`;
  return rows.length;
}

describe('a forgotten password', () => {
  test('is set anew by the letter’s link, once; every session ends, the old one opens nothing', async () => {
    const buyer = await newAdvertiser(api);
    const { email } = buyer;
    const link = await letterTo(email, () => post('request-password-reset', { email }));
    const [page, token = ''] = link.split('#');
    expect(page).toBe('http://localhost:8787/reset-password');
    expect((await post('reset-password', { token, newPassword: 'password1234' })).status).toBe(400);
    expect((await post('reset-password', { token, newPassword: NEW })).status).toBe(200);
    expect((await post('reset-password', { token, newPassword: `${NEW}!` })).status).toBe(400);
    expect((await buyer.call('GET', '/api/me')).status).toBe(401);
    expect((await post('sign-in/email', { email, password: PASSWORD })).status).toBe(401);
    const { call } = await signIn(api, email, NEW);
    expect((await call('GET', '/api/me')).status).toBe(200);
    expect(await audited(buyer.userId, 'password.reset')).toBe(1);
  });

  test('a link that is old, or made up, opens nothing', async () => {
    const { email } = await newAdvertiser(api);
    const link = await letterTo(email, () => post('request-password-reset', { email }));
    await db.$client`UPDATE user_verification SET expires_at = now() - interval '1 second'`;
    for (const token of [link.split('#')[1], 'made-up', ''])
      expect((await post('reset-password', { token, newPassword: NEW })).status).toBe(400);
    await signIn(api, email, PASSWORD);
  });

  test('who has an account is not told: a stranger’s address is answered alike, and counted alike', async () => {
    const { email } = await newAdvertiser(api);
    const known = await post('request-password-reset', { email });
    const unknown = await post('request-password-reset', { email: 'nobody@test.hongze' });
    expect(unknown).toMatchObject({ status: known.status, body: known.body });
    for (let i = 0; i < 4; i++)
      await post('request-password-reset', { email: 'nobody@test.hongze' });
    expect((await post('request-password-reset', { email: 'nobody@test.hongze' })).status).toBe(
      429,
    );
  });
});

test('an address is proved by the letter’s link', async () => {
  const buyer = await newAdvertiser(api);
  await db.$client`UPDATE user_account SET email_verified = false WHERE id = ${buyer.userId}`;
  const body = { email: buyer.email, callbackURL: '/' };
  const link = await letterTo(buyer.email, () =>
    post('send-verification-email', body, { cookie: buyer.cookie }),
  );
  const { pathname, search } = new URL(link);
  expect((await send(api.app, 'GET', pathname + search)).status).toBe(302);
  const [row] =
    await db.$client`SELECT email_verified FROM user_account WHERE id = ${buyer.userId}`;
  expect(row).toEqual({ email_verified: true });
  expect(await audited(buyer.userId, 'address.verify')).toBe(1);
});

test('who signs up is sent the proof, and until it is given neither invites nor makes keys', async () => {
  const email = 'newcomer@test.hongze';
  const person = { email, name: '新人', password: NEW };
  const organization = {
    kind: 'advertiser',
    organizationName: '新茶',
    category: 'food',
    domain: null,
  };
  const link = await letterTo(email, () =>
    send(api.app, 'POST', '/api/public/sign-up', { ...person, organization }),
  );
  const { call } = await signIn(api, email, NEW);
  const invite = () => call('POST', '/api/members', { email: 'b@test.hongze', roles: ['member'] });
  const key = () => call('POST', '/api/api-keys', { name: 'k', scopes: ['read'] });
  expect([(await invite()).status, (await key()).status]).toEqual([403, 403]);
  expect((await call('GET', '/api/members')).status).toBe(200);
  expect((await call('GET', '/api/session')).body.person).toMatchObject({ needsProof: true });
  const { pathname, search } = new URL(link);
  expect((await send(api.app, 'GET', pathname + search)).status).toBe(302);
  const invited = await letterTo('b@test.hongze', invite);
  expect(invited).toMatch(/^http:\/\/localhost:8787\/invitations\/[\w-]+$/);
  expect((await key()).status).toBe(201);
});

describe('a letter that is not taken', () => {
  /** An SMTP server that answers every RCPT with the next of these. */
  async function aServer(answers: string[]) {
    const server = createServer((socket) => {
      socket.write('220 test\r\n');
      let inData = false;
      socket.on('data', (chunk) => {
        const said = chunk.toString();
        if (inData) {
          if (said.endsWith('\r\n.\r\n')) socket.write('250 taken\r\n');
        } else if (/^RCPT/m.test(said)) socket.write(`${answers.shift() ?? '250 ok'}\r\n`);
        else if (/^DATA/m.test(said)) {
          inData = true;
          socket.write('354 go on\r\n');
        } else socket.write('250 ok\r\n');
      });
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    return { server, send: letterSender({ mail: { from, smtpUrl: `smtp://127.0.0.1:${port}` } }) };
  }
  const letter = (to: string) => ({
    kind: 'password.reset' as const,
    lifeSeconds: 3_600,
    to,
    subject: 's',
    text: 'a link',
  });
  const stateOf = async () => {
    const [row] = await db.$client`
      SELECT status, attempts, last_error, recipient, body FROM letter ORDER BY id DESC LIMIT 1`;
    return row;
  };

  test('goes out later, on a schedule; then nothing of it is left', async () => {
    const { server, send: go } = await aServer(['451 not now', '250 ok']);
    let nowMs = Date.now();
    const clock = () => nowMs;
    await queueLetter(db, nowMs, letter('late@test.hongze'));
    expect(await go({ db, clock })).toBe(1);
    expect(await stateOf()).toMatchObject({
      status: 'pending',
      attempts: 1,
      last_error: 'EENVELOPE 451',
    });
    expect(await go({ db, clock })).toBe(0);
    nowMs += 11_000;
    expect(await go({ db, clock })).toBe(1);
    expect(await stateOf()).toEqual({
      status: 'sent',
      attempts: 2,
      last_error: null,
      recipient: null,
      body: null,
    });
    server.close();
  });

  test('is given up when refused for good, or when its link has ended', async () => {
    const { server, send: go } = await aServer(['550 late@test.hongze unknown']);
    const nowMs = Date.now();
    await queueLetter(db, nowMs, letter('late@test.hongze'));
    await go({ db, clock: () => nowMs });
    expect(await stateOf()).toMatchObject({
      status: 'failed',
      last_error: 'EENVELOPE 550',
      recipient: null,
      body: null,
    });
    await queueLetter(db, nowMs, letter('never@test.hongze'));
    await go({ db, clock: () => nowMs + 3_600_000 });
    expect(await stateOf()).toMatchObject({ status: 'failed', last_error: 'expired' });
    server.close();
  });
});

test('without mail nothing is promised', async () => {
  const bare = openTestApi({ db, redis });
  const { email } = await newAdvertiser(bare);
  const answer = await send(bare.app, 'POST', '/api/auth/request-password-reset', { email });
  expect(answer).toMatchObject({ status: 400, body: { code: 'RESET_PASSWORD_DISABLED' } });
});

test('by SMTP a server gets the letter; a name with a line break adds no header', async () => {
  let said = '';
  const server = createServer((socket) => {
    let inData = false;
    socket.write('220 test\r\n');
    socket.on('data', (chunk) => {
      said += chunk;
      if (inData) {
        if (said.endsWith('\r\n.\r\n')) {
          inData = false;
          socket.write('250 taken\r\n');
        }
      } else if (/^DATA/m.test(chunk.toString())) {
        inData = true;
        socket.write('354 go on\r\n');
      } else socket.write('250 ok\r\n');
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const mailer = createMailer({ from, smtpUrl: `smtp://127.0.0.1:${port}` });
  await mailer.send({ to: 'a@test.hongze', subject: 'x\r\nBcc: thief@test.hongze', text: 'hello' });
  server.close();
  expect(said).toContain('RCPT TO:<a@test.hongze>');
  expect(said).toContain('hello');
  expect(said).not.toMatch(/^Bcc:/m);
  expect(said).not.toContain('RCPT TO:<thief');
});
