/**
 * Bid requests that were refused, filed where an operator finds them: an outlet whose tag names a placement that is not
 * there earns nothing and does not know why. Owns what of a request is kept; refuses to keep more than a person could
 * read, so that a flood of rubbish costs no more than its answers.
 */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../db/terms/day.ts';
import type { EventLog } from '../state/events.ts';
import type { Answer } from './auction.ts';

interface RefusalDeps {
  events: Pick<EventLog, 'reject'>;
  clock: Clock;
  addressOf: (req: IncomingMessage) => string;
}

/** Reasons that are somebody's mistake; the others are the market's. */
const FILED: ReadonlySet<string> = new Set(['malformed', 'invalid_request', 'unknown_placement']);
const FILED_A_SECOND = 20;
const TAGID = /"tagid"\s*:\s*"([^"]{1,64})"/;
const PUBLISHER = /"publisher"\s*:\s*\{[^{}]{0,200}?"id"\s*:\s*"([^"]{1,64})"/;

export type FileRefusal = (req: IncomingMessage, answer: Answer, body: Buffer) => void;

export function createRefusals(deps: RefusalDeps): FileRefusal {
  let second = 0;
  let filed = 0;
  return (req, answer, body) => {
    if (answer.body !== undefined || !FILED.has(answer.reason)) return;
    const atMs = deps.clock();
    const now = Math.floor(atMs / 1000);
    if (now !== second) filed = 0;
    second = now;
    if (++filed > FILED_A_SECOND) return;
    const text = body.toString('utf8', 0, 4096);
    deps.events.reject({
      reason: answer.reason,
      atMs,
      detail: {
        path: '/openrtb2/auction',
        tagid: TAGID.exec(text)?.[1] ?? '',
        publisher: PUBLISHER.exec(text)?.[1] ?? '',
        pointer: answer.problem?.pointer ?? '',
        what: answer.problem?.en ?? '',
        ip: deps.addressOf(req),
        userAgent: (req.headers['user-agent'] ?? '').slice(0, 300),
      },
    });
  };
}
