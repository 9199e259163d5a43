/** The two scripts that pages load. Read once at the start; cached by browsers for five minutes, so that a fix arrives. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendText } from './respond.ts';

const read = (name: string): string =>
  readFileSync(new URL(`../render/${name}`, import.meta.url), 'utf8');

const SCRIPTS: Record<string, string> = {
  // The tag finds its native part already there.
  '/tag.js': read('native.mjs') + read('tag.mjs'),
  '/player.js': read('player.mjs'),
};

export function scriptPage(req: IncomingMessage, res: ServerResponse): void {
  const [path = ''] = (req.url ?? '').split('?');
  sendText(res, 'text/javascript; charset=utf-8', SCRIPTS[path] ?? '', {
    'cache-control': 'public, max-age=300',
    'cross-origin-resource-policy': 'cross-origin',
  });
}
