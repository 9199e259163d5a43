import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  acceptSilence,
  advanceOrders,
  cancelSuspended,
  closeOverdue,
} from '../../../../api/bookings/bookings.ts';
import { findHolds, holdKeys, ledgerFaults } from '../../../../api/ledger/ledger.ts';
import { addDays } from '../../../../db/terms/day.ts';
import { newOutlet, type TestApi } from '../../../kit/actors.ts';
import { formWith } from '../../../kit/files.ts';
import {
  at,
  bookOrder,
  dayOfLine,
  judge,
  linesOfOrder,
  newPicture,
  newSpot,
  openTrade,
  prove,
  TODAY,
} from '../../../kit/trade.ts';

const START = addDays(TODAY, 10);
let api: TestApi;
let time: { now: number };
let trade: Awaited<ReturnType<typeof openTrade>>;
let { buyer, seller, operator, wallet, payable, read } = {} as Awaited<
  ReturnType<typeof openTrade>
>;

beforeAll(async () => {
  trade = await openTrade();
  ({ api, time, buyer, seller, operator, wallet, payable, read } = trade);
});
beforeEach(() => {
  time.now = at(TODAY);
});

const two = (placementId: number, more = {}) => [
  { placementId, unit: 'CPD_DAY', startsOn: START, endsOn: addDays(START, 1), slots: 2, ...more },
];

describe('a booked order', () => {
  test('goes in flight, is proved and charged day by day to the parties of its contract, and completes', async () => {
    const before = { ...(await wallet()), payable: await payable() };
    const order = await bookOrder(
      buyer,
      seller,
      two(await newSpot(api, seller, { dailySlots: 4 })),
    );
    const [lineId = 0] = order.lineIds;
    expect((await wallet()).heldMicroCny - before.heldMicroCny).toBe(400_000_000n);
    expect((await prove(seller, lineId, START)).body.errors).toMatchObject([{ pointer: '/day' }]);

    time.now = at(START);
    await advanceOrders(api.ctx);
    expect((await read(order)).status).toBe('in_flight');
    expect(await prove(seller, lineId, START)).toMatchObject({
      status: 201,
      body: { ordinal: 1, findings: [] },
    });
    expect((await judge(buyer, lineId, START)).body).toMatchObject({ status: 'delivered', ran: 2 });
    expect((await read(order)).chargedMicroCny).toBe('200000000');
    expect(before.balanceMicroCny - (await wallet()).balanceMicroCny).toBe(200_000_000n);

    time.now = at(addDays(START, 1));
    await prove(seller, lineId, addDays(START, 1));
    // The platform found that one of the two slots ran: half is charged, the rest goes back.
    await judge(operator, lineId, addDays(START, 1), { ran: 1, reason: '仅播出一次' });
    const end = await read(order);
    expect([end.status, end.chargedMicroCny]).toEqual(['completed', '300000000']);
    expect((await wallet()).heldMicroCny).toBe(before.heldMicroCny);
    expect((await payable()) > before.payable).toBe(true);
    expect(await ledgerFaults(api.ctx.db)).toEqual([]);
  });

  test('is charged once however often the same day is accepted', async () => {
    const order = await bookOrder(
      buyer,
      seller,
      two(await newSpot(api, seller, { dailySlots: 2 })),
    );
    const [lineId = 0] = order.lineIds;
    time.now = at(START);
    await prove(seller, lineId, START);
    const { version } = await dayOfLine(seller, lineId, START);
    const verdict = { day: START, version, accept: true };
    const answers = await Promise.all(
      [1, 2, 3].map(() => operator.call('POST', `/api/bookings/${lineId}/verdict`, verdict)),
    );
    expect(answers.map((one) => one.status).sort()).toEqual([200, 409, 409]);
    expect((await read(order)).chargedMicroCny).toBe('200000000');
  });

  test('gives back each day that begins while its outlet is suspended, without a fee, and no other', async () => {
    const other = await newOutlet(api, { name: '停约融媒' });
    const before = await wallet();
    const order = await bookOrder(buyer, other, two(await newSpot(api, other, { dailySlots: 2 })));
    let { version } = (await operator.call('GET', `/api/outlets/${other.outletId}`)).body;
    const edit = async (changes: { status?: 'active' | 'suspended'; name?: string }) => {
      const path = `/api/outlets/${other.outletId}`;
      const answer = await operator.call('PATCH', path, { version, ...changes });
      expect(answer.status).toBe(200);
      version = answer.body.version;
    };
    const set = (status: 'active' | 'suspended') => edit({ status });
    time.now = at(addDays(START, -1));
    await set('suspended');
    await cancelSuspended(api.ctx);
    expect((await read(order)).days.map((one) => one.status)).toEqual(['sold', 'sold']);
    time.now = at(START);
    // Whatever else is edited, it is suspended since yesterday.
    await edit({ name: '停约融媒中心' });
    expect(await cancelSuspended(api.ctx)).toBe(1);
    expect(await cancelSuspended(api.ctx)).toBe(0);
    const { days } = await read(order);
    expect(days.map((one) => [one.status, one.chargedMicroCny])).toEqual([
      ['cancelled', '0'],
      ['sold', '0'],
    ]);
    expect((await wallet()).heldMicroCny - before.heldMicroCny).toBe(200_000_000n);
    await set('active');
    time.now = at(addDays(START, 1));
    expect(await cancelSuspended(api.ctx)).toBe(0);
    expect((await read(order)).days[1]?.status).toBe('sold');
    expect(await ledgerFaults(api.ctx.db)).toEqual([]);
  });

  test('is not charged before a contract covers it', async () => {
    const other = await newOutlet(api, { name: '无约融媒' });
    const order = await bookOrder(buyer, other, two(await newSpot(api, other, { dailySlots: 2 })));
    const [lineId = 0] = order.lineIds;
    time.now = at(START);
    const form = formWith(await newPicture(), { day: START, kind: 'screenshot' });
    await other.call('POST', `/api/bookings/${lineId}/evidence`, form);
    const verdict = { day: START, version: 2, accept: true };
    const answer = await operator.call('POST', `/api/bookings/${lineId}/verdict`, verdict);
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect((await read(order)).days[0]).toMatchObject({ status: 'proved', chargedMicroCny: '0' });
  });
});

describe('a proof', () => {
  test('is sent back with a reason, joins a chain, and its file proves one day only', async () => {
    const order = await bookOrder(
      buyer,
      seller,
      two(await newSpot(api, seller, { dailySlots: 2 })),
    );
    const [lineId = 0] = order.lineIds;
    time.now = at(addDays(START, 1));
    const file = await newPicture();
    await prove(seller, lineId, START, 'screenshot', file);
    expect(
      (await prove(seller, lineId, addDays(START, 1), 'screenshot', file)).body.errors,
    ).toMatchObject([{ pointer: '/file' }]);
    const sentBack = await judge(operator, lineId, START, { accept: false, reason: '看不清' });
    expect(sentBack.body).toMatchObject({ status: 'sold', reason: '看不清' });
    await prove(seller, lineId, START);
    const { body } = await seller.call('GET', `/api/bookings/${lineId}`);
    expect(body).toMatchObject({ brokenLink: null, evidence: [{ ordinal: 1 }, { ordinal: 2 }] });
    expect(body.evidence[1].previousHash).toBe(body.evidence[0].hash);
    const shown = await buyer.call('GET', `/api/evidence/${body.evidence[0].id}/file`);
    expect(shown.headers.get('content-type')).toBe('image/png');
  });

  test('that is a polyglot, a script or no log is refused by what it is', async () => {
    const order = await bookOrder(
      buyer,
      seller,
      two(await newSpot(api, seller, { dailySlots: 2 })),
    );
    const [lineId = 0] = order.lineIds;
    time.now = at(START);
    const png = await newPicture();
    const polyglot = new Uint8Array([...png, ...new TextEncoder().encode('<script>1</script>')]);
    expect((await prove(seller, lineId, START, 'screenshot', polyglot)).status).toBe(415);
    expect((await prove(seller, lineId, START, 'screenshot', '<svg onload=alert(1)>')).status).toBe(
      415,
    );
    expect((await prove(seller, lineId, START, 'as_run', '颜色\n红\n')).body.errors).toMatchObject([
      { pointer: '/cells/A1' },
      ...[1, 2, 3].map(() => ({ pointer: '/cells/B1' })),
    ]);
    expect((await dayOfLine(seller, lineId, START)).status).toBe('sold');
  });

  test('in which nothing was found is accepted by three days’ silence; with a finding it waits for a person', async () => {
    const order = await bookOrder(
      buyer,
      seller,
      two(await newSpot(api, seller, { dailySlots: 2 })),
    );
    const [lineId = 0] = order.lineIds;
    time.now = at(addDays(START, 1));
    await prove(seller, lineId, START);
    const log = `播出日期,播出时间,时长\n${addDays(START, 1)},09:00:00,15\n`;
    const proof = await prove(
      seller,
      lineId,
      addDays(START, 1),
      'as_run',
      log.replace('时长', '时长（秒）'),
    );
    expect(proof.body.findings).toMatchObject([{ code: 'too_few', severity: 'fails' }]);
    await acceptSilence(api.ctx);
    expect((await dayOfLine(seller, lineId, START)).status).toBe('proved');
    time.now = at(addDays(START, 5));
    await acceptSilence(api.ctx);
    expect((await dayOfLine(seller, lineId, START)).status).toBe('delivered');
    expect((await dayOfLine(seller, lineId, addDays(START, 1))).status).toBe('proved');
    const queue = await operator.call('GET', '/api/fulfilment?status=proved');
    expect(queue.body.items.map((one: { lineId: number }) => one.lineId)).toContain(lineId);
  });
});

describe('a missed day', () => {
  test('is made good at the same price on another day, and then charged', async () => {
    const order = await bookOrder(
      buyer,
      seller,
      two(await newSpot(api, seller, { dailySlots: 2 })),
    );
    const [lineId = 0] = order.lineIds;
    const held = (await wallet()).heldMicroCny;
    time.now = at(addDays(START, 1));
    const miss = { day: START, version: 1, reason: '设备故障' };
    expect((await seller.call('POST', `/api/bookings/${lineId}/miss`, miss)).body.status).toBe(
      'missed',
    );
    const offer = {
      version: (await linesOfOrder(seller, order.id))[0].version,
      kind: 'makegood',
      days: [START],
      startsOn: addDays(START, 5),
      endsOn: addDays(START, 6),
      slots: 1,
      reason: '补播两天',
    };
    const { body: change } = await seller.call('POST', `/api/bookings/${lineId}/changes`, offer);
    expect(change).toMatchObject({ askedSide: 'seller', priceMicroCny: '200000000' });
    const own = { version: change.version, answer: 'accept' };
    expect(
      (await seller.call('POST', `/api/booking-changes/${change.id}/answer`, own)).status,
    ).toBe(403);
    const taken = await buyer.call('POST', `/api/booking-changes/${change.id}/answer`, own);
    expect(taken.body.status).toBe('accepted');
    expect((await wallet()).heldMicroCny).toBe(held);
    expect((await dayOfLine(seller, lineId, START)).status).toBe('made_good');
    const makegood = (await linesOfOrder(seller, order.id))[1];
    expect(makegood).toMatchObject({ makegoodOf: lineId, priceMicroCny: '200000000' });
    time.now = at(addDays(START, 5));
    await prove(seller, makegood.id, addDays(START, 5));
    await judge(buyer, makegood.id, addDays(START, 5));
    expect((await read(order)).chargedMicroCny).toBe('100000000');
  });

  test('may be given back at the buyer’s word, and what was charged by mistake comes back', async () => {
    const order = await bookOrder(
      buyer,
      seller,
      two(await newSpot(api, seller, { dailySlots: 2 })),
    );
    const [lineId = 0] = order.lineIds;
    time.now = at(START);
    await prove(seller, lineId, START);
    await judge(buyer, lineId, START);
    const balance = (await wallet()).balanceMicroCny;
    const { version } = await dayOfLine(seller, lineId, START);
    const miss = { day: START, version, reason: '截图为旧图' };
    expect((await seller.call('POST', `/api/bookings/${lineId}/miss`, miss)).status).toBe(403);
    await operator.call('POST', `/api/bookings/${lineId}/miss`, miss);
    expect((await wallet()).balanceMicroCny - balance).toBe(200_000_000n);
    const release = { day: START, version: version + 1 };
    const released = await buyer.call('POST', `/api/bookings/${lineId}/release`, release);
    expect(released.body.status).toBe('released');
    expect((await read(order)).chargedMicroCny).toBe('0');
  });

  test('is what nobody proves in a week, and is paid back when nothing is agreed in two more', async () => {
    const order = await bookOrder(
      buyer,
      seller,
      two(await newSpot(api, seller, { dailySlots: 2 })),
    );
    time.now = at(addDays(START, 9));
    await closeOverdue(api.ctx);
    expect((await read(order)).days.map((one) => one.status)).toEqual(['missed', 'missed']);
    time.now = at(addDays(START, 24));
    await closeOverdue(api.ctx);
    const end = await read(order);
    expect([end.status, end.days[0]?.status]).toEqual(['cancelled', 'released']);
    const key = holdKeys.booking(order.id);
    const hold = (await findHolds(api.ctx.db, [key])).get(key);
    expect(hold).toMatchObject({ status: 'released', capturedMicroCny: 0n });
  });
});

describe('a change', () => {
  const move = async (lineId: number, orderId: number, more = {}) => {
    const version = (await linesOfOrder(seller, orderId))[0].version;
    const days = [START, addDays(START, 1)];
    const input = { version, kind: 'move', days, startsOn: addDays(START, 1), endsOn: addDays(START, 2), reason: '新品推迟', ...more }; // biome-ignore format: one row
    return buyer.call('POST', `/api/bookings/${lineId}/changes`, input);
  };

  test('asked by the buyer moves days when the outlet agrees, onto days that were its own too', async () => {
    const spot = await newSpot(api, seller, { dailySlots: 2 });
    const order = await bookOrder(buyer, seller, two(spot));
    const [lineId = 0] = order.lineIds;
    const { body: change } = await move(lineId, order.id);
    const accepted = await seller.call('POST', `/api/booking-changes/${change.id}/answer`, {
      version: change.version,
      answer: 'accept',
    });
    expect(accepted.body.status).toBe('accepted');
    const free = await buyer.call(
      'GET',
      `/api/availability?placementId=${spot}&from=${START}&to=${addDays(START, 2)}`,
    );
    expect(free.body.items.map((one: { free: number }) => one.free)).toEqual([2, 0, 0]);
    expect((await read(order)).days.map((one) => one.status)).toEqual([
      'cancelled',
      'cancelled',
      'sold',
      'sold',
    ]);
  });

  test('onto sold days is refused when it is carried out, and nothing moves', async () => {
    const spot = await newSpot(api, seller, { dailySlots: 2 });
    const order = await bookOrder(buyer, seller, two(spot));
    await bookOrder(buyer, seller, [
      {
        placementId: spot,
        unit: 'CPD_DAY',
        startsOn: addDays(START, 2),
        endsOn: addDays(START, 2),
      },
    ]);
    const { body: change } = await move(order.lineIds[0] ?? 0, order.id);
    const answer = { version: change.version, answer: 'accept' };
    const refused = await seller.call('POST', `/api/booking-changes/${change.id}/answer`, answer);
    expect(refused).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect((await read(order)).days.map((one) => one.status)).toEqual(['sold', 'sold']);
  });

  test('of days that have come is refused with the day', async () => {
    const order = await bookOrder(
      buyer,
      seller,
      two(await newSpot(api, seller, { dailySlots: 2 })),
    );
    time.now = at(START);
    const refused = await move(order.lineIds[0] ?? 0, order.id);
    expect(refused.body.errors).toMatchObject([{ pointer: '/days/0' }]);
  });
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
