/** Contracts against a real database: frozen, without overlap, split exactly under concurrency. */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  activate,
  type ContractPlace,
  contractsFor,
  createDraft,
  createVersion,
  discardDraft,
  splitCharges,
} from '../../../../api/contracts/contracts.ts';
import type { Database } from '../../../../db/client.ts';
import { addOutlet, addPlacement, signContract } from '../../../kit/books.ts';
import { openTestDatabase } from '../../../kit/database.ts';

let db: Database;
const clock = () => 0;
beforeAll(async () => {
  ({ db } = await openTestDatabase());
});

const inForce = async (at: ContractPlace, day: string) => (await contractsFor(db, [at], day))[0];
const platform = (outletId: number, ppm = 600_000) => [
  { outletId, sharePpm: ppm },
  { outletId: null, sharePpm: 1_000_000 - ppm },
];

describe('a contract version', () => {
  it.each([
    [999_999, 'a millionth short'],
    [1_000_001, 'a millionth over'],
  ])('is refused when its shares sum to %i (%s)', async (total) => {
    const { id } = await addOutlet(db);
    const parties = [
      { outletId: id, sharePpm: 600_000 },
      { outletId: null, sharePpm: total - 600_000 },
    ];
    const draft = { name: 'x', outletId: id, effectiveFrom: '2026-01-01', parties };
    expect(() => createDraft(db, draft)).toThrow('shares must sum to 100 %');
  });

  it('cannot become active with wrong shares even if they were written by hand', async () => {
    const { id } = await addOutlet(db);
    const draft = await createDraft(db, {
      name: 'x',
      outletId: id,
      effectiveFrom: '2026-01-01',
      parties: platform(id),
    });
    await db.execute(sql`UPDATE contract_party SET share_ppm = 1 WHERE contract_version_id = ${draft.id}
      AND outlet_id IS NULL`);
    await expect(activate({ db, clock }, { versionId: draft.id, by: 'a' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it('is frozen once active: no term, party or row of it can change', async () => {
    const { id } = await addOutlet(db);
    const version = await signContract(db, id);
    await expect(activate({ db, clock }, { versionId: version.id, by: 'a' })).rejects.toMatchObject(
      {
        code: 'conflict',
      },
    );
    const gone = discardDraft(db, { versionId: version.id, by: 'a' });
    await expect(gone).rejects.toMatchObject({ code: 'conflict' });
    for (const attack of [
      sql`UPDATE contract_version SET effective_from = '2025-01-01' WHERE id = ${version.id}`,
      sql`UPDATE contract_version SET minimum_monthly_micro_cny = 1 WHERE id = ${version.id}`,
      sql`UPDATE contract_version SET status = 'draft', activated_at = NULL WHERE id = ${version.id}`,
      sql`DELETE FROM contract_version WHERE id = ${version.id}`,
      sql`UPDATE contract_party SET share_ppm = 0 WHERE contract_version_id = ${version.id}`,
      sql`DELETE FROM contract_party WHERE contract_version_id = ${version.id}`,
      sql`INSERT INTO contract_party VALUES (${version.id}, 0, 9, 0, NULL, 0)`,
    ]) {
      await expect(db.execute(attack)).rejects.toThrow();
    }
  });

  it('may not overlap another of its scope, whoever activates first', async () => {
    const { id } = await addOutlet(db);
    const drafts = await Promise.all(
      [1, 2, 3, 4].map(() =>
        createDraft(db, {
          name: 'x',
          outletId: id,
          effectiveFrom: '2026-01-01',
          effectiveTo: '2027-01-01',
          parties: platform(id),
        }),
      ),
    );
    const results = await Promise.allSettled(
      drafts.map((draft) => activate({ db, clock }, { versionId: draft.id, by: 'a' })),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict' });
    }
  });

  it('gives way to its successor on the day that one begins, not on days already charged', async () => {
    const { id } = await addOutlet(db);
    const place = await addPlacement(db, id);
    const first = await signContract(db, id);
    await db.transaction((tx) =>
      splitCharges(tx, [{ contractVersionId: first.id, day: '2026-06-30', amountMicroCny: 10n }]),
    );
    const late = await createVersion(db, first.contractId, {
      effectiveFrom: '2026-06-30',
      parties: platform(id, 700_000),
    });
    await expect(activate({ db, clock }, { versionId: late.id, by: 'a' })).rejects.toMatchObject({
      code: 'conflict',
    });
    const next = await createVersion(db, first.contractId, {
      effectiveFrom: '2026-07-01',
      parties: platform(id, 700_000),
    });
    await activate({ db, clock }, { versionId: next.id, by: 'a' });
    const at = { outletId: id, propertyId: place.propertyId, placementId: place.id };
    expect((await inForce(at, '2026-06-30'))?.id).toBe(first.id);
    expect((await inForce(at, '2026-07-01'))?.id).toBe(next.id);
    expect(await inForce(at, '2025-12-31')).toBeUndefined();
  });

  it('is chosen from the most specific scope: deal, placement, property, outlet', async () => {
    const { id } = await addOutlet(db);
    const place = await addPlacement(db, id);
    const at = { outletId: id, propertyId: place.propertyId, placementId: place.id };
    const chosen = async (dealId?: string) =>
      (await inForce({ ...at, ...(dealId ? { dealId } : {}) }, '2026-05-01'))?.id;
    const general = await signContract(db, id);
    expect(await chosen()).toBe(general.id);
    const ofProperty = await signContract(db, id, { propertyId: place.propertyId });
    expect(await chosen()).toBe(ofProperty.id);
    const ofPlacement = await signContract(db, id, { placementId: place.id });
    expect(await chosen()).toBe(ofPlacement.id);
    const ofDeal = await signContract(db, id, { dealId: 'D-1' });
    expect(await chosen('D-1')).toBe(ofDeal.id);
    expect(await chosen('D-2')).toBe(ofPlacement.id);
  });
});

describe('four eyes', () => {
  const draftBy = (by: string | undefined, outletId: number) =>
    createDraft(db, {
      name: 'x',
      outletId,
      effectiveFrom: '2026-01-01',
      parties: platform(outletId),
      ...(by === undefined ? {} : { by }),
    });

  it('who drafted a version cannot activate it, by the API nor by hand; somebody else can', async () => {
    const { id } = await addOutlet(db);
    const draft = await draftBy('lin', id);
    const alone = activate({ db, clock }, { versionId: draft.id, by: 'lin' });
    await expect(alone).rejects.toMatchObject({ code: 'four_eyes' });
    await expect(
      db.execute(sql`UPDATE contract_version SET status = 'active', activated_at = now(), activated_by = 'lin'
        WHERE id = ${draft.id}`),
    ).rejects.toMatchObject({ cause: { constraint_name: 'contract_version_four_eyes' } });
    const active = await activate({ db, clock }, { versionId: draft.id, by: 'wu' });
    expect(active).toMatchObject({ status: 'active', draftedBy: 'lin' });
  });

  it('who drafted a version is kept for good', async () => {
    const { id } = await addOutlet(db);
    const [named, houses] = [await draftBy('lin', id), await draftBy(undefined, id)];
    for (const attack of [
      sql`UPDATE contract_version SET drafted_by = NULL WHERE id = ${named.id}`,
      sql`UPDATE contract_version SET drafted_by = 'wu' WHERE id = ${named.id}`,
      sql`UPDATE contract_version SET drafted_by = 'wu' WHERE id = ${houses.id}`,
    ]) {
      await expect(db.execute(attack)).rejects.toMatchObject({ cause: { code: 'HC001' } });
    }
  });

  it('what the house drafts itself is activated by any one person', async () => {
    const { id } = await addOutlet(db);
    const draft = await draftBy(undefined, id);
    expect(draft.draftedBy).toBeNull();
    await activate({ db, clock }, { versionId: draft.id, by: 'lin' });
  });

  it('a draft of an outlet that is still coming in is neither activated nor discarded beside its way in', async () => {
    const { id } = await addOutlet(db);
    await db.execute(sql`UPDATE outlet SET status = 'pending' WHERE id = ${id}`);
    const { id: versionId } = await draftBy('lin', id);
    const steps = [
      () => activate({ db, clock }, { versionId, by: 'wu' }),
      () => discardDraft(db, { versionId, by: 'wu' }),
    ];
    for (const step of steps) await expect(step()).rejects.toMatchObject({ code: 'conflict' });
    await db.execute(sql`UPDATE outlet SET status = 'active' WHERE id = ${id}`);
    expect(await discardDraft(db, { versionId, by: 'wu' })).toMatchObject({ status: 'discarded' });
  });
});

describe('splitting under a version', () => {
  it('is exact and fair however many split at once', async () => {
    const county = await addOutlet(db);
    const city = await addOutlet(db, 'city');
    const version = await signContract(db, county.id, { cityId: city.id });
    const given = new Map<number | null, bigint>();
    await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        db.transaction(async (tx) => {
          const charges = Array.from({ length: 25 }, () => ({
            contractVersionId: version.id,
            day: `2026-03-${String((n % 28) + 1).padStart(2, '0')}`,
            amountMicroCny: 1n,
          }));
          for (const portion of (await splitCharges(tx, charges)).flat()) {
            given.set(
              portion.outletId,
              (given.get(portion.outletId) ?? 0n) + portion.amountMicroCny,
            );
          }
        }),
      ),
    );
    expect(given.get(county.id)).toBe(550n);
    expect(given.get(city.id)).toBe(200n);
    expect(given.get(null)).toBe(250n);
    const [volume] =
      await db.execute(sql`SELECT gross_micro_cny::text AS gross, last_day::text AS last
      FROM contract_volume WHERE contract_version_id = ${version.id}`);
    expect(volume).toEqual({ gross: '1000', last: '2026-03-28' });
  });

  it('changes shares within a charge that crosses a tier, and starts over each month', async () => {
    const { id } = await addOutlet(db);
    const version = await signContract(db, id, {
      parties: undefined,
      tiers: [
        { fromMicroCny: 0n, parties: platform(id, 500_000) },
        { fromMicroCny: 100n, parties: platform(id, 800_000) },
      ],
    });
    const split = (amountMicroCny: bigint, day: string) =>
      db.transaction(async (tx) => {
        const [portions] = await splitCharges(tx, [
          { contractVersionId: version.id, day, amountMicroCny },
        ]);
        return portions?.find((portion) => portion.outletId === id)?.amountMicroCny ?? 0n;
      });
    expect(await split(80n, '2026-03-01')).toBe(40n);
    expect(await split(120n, '2026-03-02')).toBe(10n + 80n);
    expect(await split(-150n, '2026-03-03')).toBe(-80n - 25n);
    expect(await split(80n, '2026-04-01')).toBe(40n);
  });

  it('refuses a version that is not active', async () => {
    const { id } = await addOutlet(db);
    const draft = await createDraft(db, {
      name: 'x',
      outletId: id,
      effectiveFrom: '2026-01-01',
      parties: platform(id),
    });
    const charge = { contractVersionId: draft.id, day: '2026-03-01', amountMicroCny: 1n };
    await expect(db.transaction((tx) => splitCharges(tx, [charge]))).rejects.toThrow('assertion');
  });
});
