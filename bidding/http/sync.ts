/**
 * `/cookie_sync` and `/setuid`, as Prebid's client calls them. We keep no cookie of our own on other people's pages: every
 * answer says so, and an identifier is taken only from the request, with the reader's consent.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pixel, sendReply } from './reply.ts';
import { sendText } from './respond.ts';

/** Nothing to sync: an empty list, with the status that the client expects. */
export function cookieSync(_req: IncomingMessage, res: ServerResponse): void {
  sendText(res, 'application/json', '{"status":"ok","bidder_status":[]}', {
    'cache-control': 'no-store',
  });
}

/** Answered with a picture; nothing is stored. */
export function setUid(_req: IncomingMessage, res: ServerResponse): void {
  sendReply(res, pixel);
}
