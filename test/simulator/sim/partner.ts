/** Stages of clearing: a demand partner reports its day lower than it was charged, and two people accept its figure. */
import { eq } from 'drizzle-orm';
import { approveTheirs, proposeTheirs, receiveReport } from '../../../api/clearing/clearing.ts';
import { partnerDifference } from '../../../db/schema/clearing.ts';
import { demandPartner } from '../../../db/schema/partners.ts';
import { lookAt } from './look.ts';
import type { Stage } from './stage.ts';
import type { Cast, World } from './world.ts';

export function clearing(world: World, cast: Cast, month: string): Stage[] {
  const { db, ctx } = world;
  const { line } = lookAt(world, cast, month);
  const { advertiserId } = line;
  const differenceNow = async () =>
    (
      await db
        .select()
        .from(partnerDifference)
        .where(eq(partnerDifference.advertiserId, advertiserId))
    )[0];
  const partnerId = async (): Promise<number> => {
    const mine = eq(demandPartner.lineItemId, line.id);
    const [known] = await db.select().from(demandPartner).where(mine);
    if (known) return known.id;
    const name = `partner-${line.id}`;
    await db.insert(demandPartner).values({
      ...{ code: name, name, seat: name, url: 'http://partner.test', timeoutMs: 100, qps: 1 },
      ...{ advertiserId, campaignId: line.campaignId, lineItemId: line.id },
    });
    return partnerId();
  };
  return [
    {
      name: 'partner reported',
      done: async () => (await differenceNow()) !== undefined,
      async act() {
        const day = `${month}-02`;
        const rows = [{ day, quantity: 410, amountMicroCny: 5_500_000n }];
        const about = { partnerId: await partnerId(), fromDay: day, toDay: day, tolerancePpm: 0 };
        await receiveReport(ctx, { side: 'demand', ...about, rows }, 'maker');
      },
    },
    {
      name: 'theirs proposed',
      done: async () => (await differenceNow())?.status !== 'open',
      act: async () =>
        proposeTheirs(ctx, { id: (await differenceNow())?.id ?? 0, note: 'sim', by: 'maker' }),
    },
    {
      name: 'theirs accepted',
      done: async () => (await differenceNow())?.status === 'closed',
      act: async () => approveTheirs(ctx, { id: (await differenceNow())?.id ?? 0, by: 'checker' }),
    },
  ];
}
