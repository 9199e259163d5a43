/** A statement's way over HTTP: three people of two organisations, each with their own step. */
import { beforeAll, describe, expect, it } from 'vitest';
import { closeHour } from '../../../../api/billing/billing.ts';
import { verifyStatement } from '../../../../api/statements/statements.ts';
import { dayStartMs, hourOf } from '../../../../db/terms/day.ts';
import {
  type Caller,
  newCaller,
  newOutlet,
  openTestApi,
  type TestApi,
} from '../../../kit/actors.ts';
import {
  addAdvertiser,
  addLineItem,
  addPlacement,
  deliver,
  signContract,
} from '../../../kit/books.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const MONTH = '2026-11';
let api: TestApi;
let maker: Caller;
let checker: Caller;
let outlet: Caller & { outletId: number };
let id: number;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  const clock = () => dayStartMs('2026-12-02');
  api = openTestApi({ db, redis: await openTestRedis(), clock });
  outlet = await newOutlet(api);
  maker = await newCaller(api, 'platform', { roles: ['finance'] });
  checker = await newCaller(api, 'platform', {
    roles: ['finance'],
    organizationId: maker.organizationId,
  });
  const other = await newOutlet(api);
  await signContract(db, outlet.outletId, { cityId: other.outletId });
  const advertiser = await addAdvertiser(db, 100_000_000n);
  const line = await addLineItem(db, advertiser.id);
  const place = await addPlacement(db, outlet.outletId);
  const hour = hourOf(dayStartMs(`${MONTH}-05`)) + 9;
  await deliver(db, hour, { line, place, impressions: 9, spendMicroCny: 3_000_003n });
  await closeHour({ db, clock }, hour);
});

describe('a statement over HTTP', () => {
  it('is drafted by finance only, and seen by its outlet', async () => {
    const body = { month: MONTH };
    expect((await outlet.call('POST', '/api/statements/drafts', body)).status).toBe(403);
    const drafted = await maker.call('POST', '/api/statements/drafts', body);
    expect(drafted).toMatchObject({ status: 200, body: { drafts: 2 } });
    const list = await outlet.call('GET', `/api/statements?month=${MONTH}`);
    expect(list.body.items).toHaveLength(1);
    id = list.body.items[0].id;
    expect(list.body.items[0]).toMatchObject({ status: 'draft', totalMicroCny: '1650002' });
  });

  it('is frozen once however often the button is pressed, and confirmed by the outlet alone', async () => {
    const key = { 'idempotency-key': 'freeze-once-0001' };
    const path = `/api/statements/${id}/freeze`;
    const first = await maker.call('POST', path, undefined, key);
    expect(first.body).toMatchObject({ status: 'frozen' });
    expect((await maker.call('POST', path, undefined, key)).body).toEqual(first.body);
    expect((await maker.call('POST', path)).body).toMatchObject({ code: 'conflict' });
    expect((await maker.call('POST', `/api/statements/${id}/confirm`)).status).toBe(403);
    const confirmed = await outlet.call('POST', `/api/statements/${id}/confirm`);
    expect(confirmed.body).toMatchObject({ status: 'outlet_confirmed' });
  });

  it('is approved by a second person only', async () => {
    const path = `/api/statements/${id}/approve`;
    expect((await maker.call('POST', path)).body).toMatchObject({ code: 'four_eyes' });
    expect((await checker.call('POST', path)).body).toMatchObject({ status: 'approved' });
    expect((await checker.call('POST', path)).body).toMatchObject({ code: 'conflict' });
  });

  it('drills down to charges and to a journal that balances without naming strangers', async () => {
    const charges = await outlet.call('GET', `/api/statements/${id}/lines/1/charges`);
    expect(charges.body.items[0]).toMatchObject({ shareMicroCny: '1650002', quantity: 9 });
    const key = charges.body.items[0].journalKey;
    const path = `/api/statements/${id}/journals?key=${encodeURIComponent(key)}`;
    const seen = (await outlet.call('GET', path)).body.items[0].lines as {
      account: string;
      amountMicroCny: string;
    }[];
    expect(seen.map((line) => line.account).sort()).toEqual([
      'payable',
      `payable:${outlet.outletId}`,
      'platform_revenue',
      'wallet',
    ]);
    expect(seen.reduce((sum, line) => sum + BigInt(line.amountMicroCny), 0n)).toBe(0n);
    const whole = (await maker.call('GET', path)).body.items[0].lines as { account: string }[];
    expect(whole.some((line) => line.account.startsWith('wallet:'))).toBe(true);
    const elsewhere = await outlet.call('GET', `/api/statements/${id}/journals?key=test-top-up:1`);
    expect(elsewhere.body.items).toEqual([]);
  });

  it('leaves as a file that verifies, and as CSV, XLSX and PDF', async () => {
    const file = await outlet.call('GET', `/api/statements/${id}/file?charges=true`);
    expect(verifyStatement(JSON.stringify(file.body))).toMatchObject({ ok: true });
    for (const [format, type] of [
      ['csv', 'text/csv'],
      ['xlsx', 'spreadsheetml'],
      ['pdf', 'application/pdf'],
    ]) {
      const answer = await outlet.call('GET', `/api/statements/${id}/export?format=${format}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toContain(type);
      expect(answer.headers.get('content-disposition')).toContain(`.${format}`);
    }
    expect(api.bugs).toEqual([]);
  });

  it('leaves books that finance can read and an outlet cannot', async () => {
    const books = await maker.call('GET', '/api/ledger/trial-balance');
    expect(books.body.debitMicroCny).toBe(books.body.creditMicroCny);
    expect((await maker.call('GET', '/api/ledger/faults')).body.items).toEqual([]);
    const gate = await maker.call('GET', `/api/ledger/periods/${MONTH}/gate`);
    expect(gate.body.items.find((check: { name: string }) => check.name === 'charged').ok).toBe(
      true,
    );
    for (const path of ['/api/ledger/trial-balance', '/api/ledger/periods', '/api/ledger/faults']) {
      expect((await outlet.call('GET', path)).status).toBe(403);
    }
  });
});
