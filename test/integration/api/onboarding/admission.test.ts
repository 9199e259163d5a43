import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { isCreditCode } from '../../../../api/onboarding/admissionRules.ts';
import {
  type Caller,
  newCaller,
  newOutlet,
  openTestApi,
  type TestApi,
} from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const NOW = Date.parse('2026-03-02T10:00:00+08:00');
const NAME = '西湖融媒体中心';
let api: TestApi;
let joining: Awaited<ReturnType<typeof newOutlet>>;
let operator: Caller;
let finance: Caller;
let path: string;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis(), clock: () => NOW });
  joining = await newOutlet(api, { name: NAME, status: 'pending' });
  operator = await newCaller(api, 'platform', { roles: ['operator'] });
  finance = await newCaller(api, 'platform', { roles: ['finance'] });
  path = `/api/outlets/${joining.outletId}/admission`;
});

const version = async () => (await joining.call('GET', path)).body.version as number;
const step = async (who: Caller, what: string, more = {}) =>
  who.call('POST', `${path}/${what}`, { version: await version(), ...more });
const PAPERS = {
  creditCode: '91350100M000100Y43',
  contactName: '沈知溪',
  contactPhone: '0571-88880000',
  qualifications: [{ kind: 'business_licence', number: '浙 001', expiresOn: '2026-03-02' }],
  payeeName: NAME,
  payeeAlipayAccount: 'pay@xihu.example',
};
const terms = (own = 700_000) => ({
  approve: true,
  effectiveFrom: '2026-04-01',
  parties: [
    { outletId: joining.outletId, sharePpm: own },
    { outletId: null, sharePpm: 1_000_000 - own },
  ],
});

const MISTAKE = [{ part: 'contract', reason: '分成比例填错' }];

describe('an outlet comes in', () => {
  test('by handing in what is complete; what is missing is named, every field of it', async () => {
    const { body } = await joining.call('GET', path);
    expect(body).toMatchObject({ status: 'draft', outletStatus: 'pending' });
    const early = await step(joining, 'submission');
    expect(early.body.errors.map((one: { pointer: string }) => one.pointer)).toEqual([
      '/creditCode', '/contactName', '/contactPhone', '/qualifications', '/payeeAlipayAccount', '/payeeName',
    ]); // biome-ignore format: a list
    const wrong = { ...PAPERS, payeeName: '某某个人', qualifications: [{ kind: 'business_licence', number: 'x', expiresOn: '2026-03-01' }] }; // biome-ignore format: one row
    await joining.call('PATCH', path, { version: await version(), ...wrong });
    const refused = await step(joining, 'submission');
    expect(refused.body.errors.map((one: { pointer: string }) => one.pointer)).toEqual([
      '/qualifications/0/expiresOn',
      '/payeeName',
    ]);
    await joining.call('PATCH', path, { version: await version(), ...PAPERS });
    expect((await step(joining, 'submission')).body.status).toBe('submitted');
    const late = await joining.call('PATCH', path, {
      version: await version(),
      contactName: '他人',
    });
    expect(late.status).toBe(409);
  });

  test('or gets it back with reasons, mends it and hands it in again', async () => {
    const remarks = [{ part: 'qualifications', reason: '扫描件不清晰' }];
    const back = await step(operator, 'verdict', { approve: false, remarks });
    expect(back.body).toMatchObject({ status: 'draft', remarks });
    expect((await step(joining, 'submission')).body).toMatchObject({
      status: 'submitted',
      remarks: [],
    });
  });

  test('or takes it back itself before it is answered, not after', async () => {
    expect((await step(operator, 'recall', { remarks: MISTAKE })).status).toBe(409);
    expect((await step(joining, 'withdrawal')).body).toMatchObject({ status: 'draft', submittedBy: null }); // biome-ignore format: one row
    expect((await step(joining, 'withdrawal')).status).toBe(409);
    const mended = { version: await version(), contactName: '沈知渔' };
    expect((await joining.call('PATCH', path, mended)).status).toBe(200);
    expect((await step(joining, 'submission')).body.status).toBe('submitted');
  });

  test('whose approval was a mistake waits again: it is told why, and its contract’s draft is discarded', async () => {
    const approved = (await step(operator, 'verdict', terms(7_000))).body;
    expect((await step(joining, 'withdrawal')).status).toBe(409);
    expect((await step(joining, 'recall', { remarks: MISTAKE })).status).toBe(403);
    expect((await step(operator, 'recall', { remarks: [] })).status).toBe(422);
    const { body } = await step(operator, 'recall', { remarks: MISTAKE });
    const again = { status: 'submitted', remarks: MISTAKE, approvedBy: null };
    expect(body).toMatchObject({ ...again, contractVersionId: null });
    expect((await step(joining, 'signature')).status).toBe(409);
    const rows = await api.ctx.db.execute(sql`SELECT action, subject FROM audit_entry
      WHERE action IN ('admission.recall', 'contract.discard') ORDER BY action`);
    expect(rows).toMatchObject([
      { action: 'admission.recall', subject: `outlet:${joining.outletId}` },
      { action: 'contract.discard', subject: `contractVersion:${approved.contractVersionId}` },
    ]);
  });

  test('under a contract that gives it its share, signed by both sides, by two people', async () => {
    expect((await step(operator, 'verdict', terms(0))).body.errors).toMatchObject([
      { pointer: '/parties' },
    ]);
    const short = { ...terms(), parties: [{ outletId: joining.outletId, sharePpm: 700_000 }] };
    expect((await step(operator, 'verdict', short)).status).toBe(422);
    expect((await step(operator, 'verdict', terms())).body.status).toBe('approved');
    expect((await step(finance, 'activation')).status).toBe(409);
    expect((await step(operator, 'signature')).status).toBe(403);
    expect((await step(joining, 'signature')).body.status).toBe('signed');
    expect((await step(operator, 'recall', { remarks: MISTAKE })).status).toBe(409);
    expect((await step(joining, 'activation')).status).toBe(403);
    expect((await step(finance, 'activation')).body.status).toBe('active');
    const { body } = await joining.call('GET', `/api/outlets/${joining.outletId}`);
    expect(body).toMatchObject({ status: 'active', payeeName: NAME, payeeAlipayAccount: 'pay@xihu.example' }); // biome-ignore format: one row
    const { body: contracts } = await joining.call('GET', '/api/contracts');
    const signed = { status: 'active', effectiveFrom: '2026-04-01' };
    expect(contracts.items).toMatchObject([signed, { status: 'discarded' }]);
  });
});

test('a credit code is checked by its last character', () => {
  expect(isCreditCode('91350100M000100Y43')).toBe(true);
  expect(isCreditCode('91350100M000100Y44')).toBe(false);
  expect(isCreditCode('91350100M000100Y4I')).toBe(false);
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
