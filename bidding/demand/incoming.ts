/**
 * A partner's answer, read: the four ways of not bidding, seats, groups. Owns what is a bid response at all; what of a bid may stand
 * is judged in `judge.ts`, and a bid refused is counted under its reason and shown to the partner.
 */
import type { PartnerBid } from '../engine/outcome.ts';
import { NO_BID } from '../engine/reasons.ts';
import type { BidRequest } from '../openrtb/message.ts';
import { judgeBid } from './judge.ts';
import {
  type Json,
  listOf,
  objectOf,
  type Question,
  type Received,
  type ReceivedBid,
  type Refused,
  textOf,
} from './received.ts';

/** More bids than this in one answer are not looked at. */
const MAX_BIDS = 200;

/** `garbage` is a body that is no bid response at all; an empty list is a no-bid, however it was said. */
export function judgeResponse(body: unknown, question: Question): Received | 'garbage' {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'garbage';
  const response = body as Json;
  const received: Received = { bids: [], refused: [] };
  if (response.seatbid !== undefined && !Array.isArray(response.seatbid)) return 'garbage';
  const seats = listOf(response.seatbid);
  const { request, partner } = question;
  if (seats.length > 0 && response.id !== undefined && response.id !== request.id) return 'garbage';
  // The default is USD (§4.2.1), whatever the request allowed.
  const currency = response.cur === undefined ? 'USD' : response.cur;
  let left = MAX_BIDS;
  const slots = new Map<number, number>();
  for (const [s, each] of seats.entries()) {
    const seat = objectOf(each);
    const group = seat.group === 1 ? `${partner.id}:${s}` : '';
    const bids = listOf(seat.bid).slice(0, left);
    left -= bids.length;
    const judged = bids.map((bid) =>
      judgeBid(objectOf(bid), textOf(seat.seat), currency, group, question),
    );
    // All or nothing: one that cannot stand takes its group with it.
    const bidid = textOf(response.bidid);
    for (const one of judged) if ('impIndex' in one) (one.ref as ReceivedBid).bidid = bidid;
    const isBroken = group !== '' && judged.some((one) => !('impIndex' in one));
    for (const one of judged) {
      if (!('impIndex' in one)) received.refused.push(one);
      else if (isBroken) received.refused.push(brokenBy(one.ref as ReceivedBid));
      else received.bids.push(inItsSlot(one, request, slots));
    }
  }
  return received;
}

/** The imps of a pod follow each other: a partner's second bid for one stands in its second place. */
function inItsSlot(bid: PartnerBid, request: BidRequest, slots: Map<number, number>): PartnerBid {
  const nth = slots.get(bid.impIndex) ?? 0;
  slots.set(bid.impIndex, nth + 1);
  const { imps } = request;
  const { slotInPod } = bid.ref as ReceivedBid;
  let last = bid.impIndex;
  while (imps[last + 1] === imps[bid.impIndex]) last++;
  const place = slotInPod === 1 ? bid.impIndex : slotInPod === -1 ? last : bid.impIndex + nth;
  return place > bid.impIndex && place <= last ? { ...bid, impIndex: place } : bid;
}

const brokenBy = ({ partner, id, lurl }: ReceivedBid): Refused => ({
  partner,
  bidId: id,
  reason: NO_BID.group_broken,
  lurl,
});
