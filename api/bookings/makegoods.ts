/**
 * Make-goods of guaranteed impressions: what was not delivered is delivered later, on the same outlet, at no new price. Owns
 * their terms; refuses one while nothing is known to be missing, and to promise what the forecast does not expect.
 */
import { bookingLine } from '../../db/schema/bookings.ts';
import { dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { Author } from '../audit/audit.ts';
import type { Aim } from './aims.ts';
import { assertShort, remedyGuarantee, shortfallOf } from './guaranteeing.ts';
import { impressionProblems } from './impressions.ts';
import { type BookingContext, type Change, conflict, type Line } from './order.ts';

type Terms = Pick<Change, 'days' | 'impressions' | 'priceMicroCny'>;

/** What a change of a guaranteed line can be: all that is missing of it, on other days. */
export async function makegoodTerms(
  ctx: BookingContext,
  line: Line,
  kind: Change['kind'],
  aim: Aim | undefined,
): Promise<Terms> {
  if (kind !== 'makegood' || !aim) {
    throw conflict(
      '保量展现请取消后重新下单',
      'cancel guaranteed impressions and order them anew',
      '/kind',
    );
  }
  assertShort(line);
  const { impressions, priceMicroCny } = shortfallOf(line);
  const [problem] = await impressionProblems(ctx, [{ ...line, ...aim, impressions, index: 0 }]);
  if (problem) throw new Failure('conflict', { ...problem, pointer: '/endsOn' });
  return { days: [], impressions, priceMicroCny };
}

/** The line takes over what was missing; the one it makes good is settled. Returns its id. */
export async function makeGood(
  ctx: BookingContext,
  actor: Author,
  line: Line,
  change: Change,
  aim: Aim,
): Promise<number> {
  if (aim.startsOn <= dayOf(ctx.clock())) {
    throw conflict('新日期已过，请重新提出', 'its new days have begun; ask again');
  }
  const { impressions, priceMicroCny } = await makegoodTerms(ctx, line, change.kind, aim);
  if (priceMicroCny !== change.priceMicroCny) {
    throw conflict('缺量已变，请重新提出', 'what is missing has changed; ask again');
  }
  await remedyGuarantee(ctx, actor, line, 'made_good');
  const { id: _id, createdAt: _made, updatedAt: _edited, version: _version, ...terms } = line;
  const [made] = await ctx.db
    .insert(bookingLine)
    .values({
      ...terms,
      ...aim,
      impressions,
      listMicroCny: priceMicroCny,
      priceMicroCny,
      status: 'accepted',
      note: change.reason,
      makegoodOf: line.id,
      lineItemId: null,
      delivered: null,
      judgedAt: null,
      remedy: null,
    })
    .returning({ id: bookingLine.id });
  if (!made) throw new Error('insert returned nothing');
  return made.id;
}
