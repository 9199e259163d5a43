/**
 * Bid requests that were refused, filed where an operator finds them: an outlet whose tag names a placement that is not
 * there earns nothing and does not know why. Owns what of a request is kept; refuses to keep more than a person could
 * read, so that a flood of rubbish costs no more than its answers.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../../db/terms/day.ts';
import type { EventLog } from '../state/events.ts';
import type { Answer } from './auction.ts';
import type { AddressOf, Caller } from './caller.ts';

interface RefusalDeps {
  events: Pick<EventLog, 'reject'>;
  clock: Clock;
  addressOf: AddressOf;
}

/** Reasons that are somebody's mistake; the others are the market's. */
const FILED: ReadonlySet<string> = new Set(['malformed', 'invalid_request', 'unknown_placement']);
const FILED_A_SECOND = 20;
const TAGID = /"tagid"\s*:\s*"([^"]{1,64})"/;
const PUBLISHER = /"publisher"\s*:\s*\{[^{}]{0,200}?"id"\s*:\s*"([^"]{1,64})"/;

/** Of the body, so much is looked through. */
export const FILED_BYTES = 4_096;

export type FileRefusal = (
  caller: Caller,
  connection: Pick<Socket, 'remoteAddress'>,
  answer: Answer,
  body: Buffer,
) => void;

export function createRefusals(deps: RefusalDeps): FileRefusal {
  let second = 0;
  let filed = 0;
  return (caller, connection, answer, body) => {
    if (answer.body !== undefined || !FILED.has(answer.reason)) return;
    const atMs = deps.clock();
    const now = Math.floor(atMs / 1000);
    if (now !== second) filed = 0;
    second = now;
    if (++filed > FILED_A_SECOND) return;
    const text = body.toString('utf8', 0, FILED_BYTES);
    deps.events.reject({
      reason: answer.reason,
      atMs,
      detail: {
        path: '/openrtb2/auction',
        tagid: TAGID.exec(text)?.[1] ?? '',
        publisher: PUBLISHER.exec(text)?.[1] ?? '',
        pointer: answer.problem?.pointer ?? '',
        what: answer.problem?.en ?? '',
        ip: deps.addressOf(caller.forwardedFor, connection.remoteAddress),
        userAgent: caller.userAgent.slice(0, 300),
      },
    });
  };
}
