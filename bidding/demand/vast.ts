/**
 * A partner's VAST: whether it is one, and what it needs of a player. Owns how much of XML
 * is looked at: well-formedness, since one broken document would take a whole pod with it, and no document types, since their
 * entities are a player's undoing.
 */
import { VAST_PROTOCOLS } from '../openrtb/codes.ts';

export interface VastFacts {
  version: string;
  isWrapper: boolean;
  /** Of its media files. */
  mimes: string[];
}

const NAME = '[A-Za-z_][\\w:.-]*';
const TOKEN = new RegExp(
  [
    '<!--[\\s\\S]*?-->',
    '<!\\[CDATA\\[[\\s\\S]*?\\]\\]>',
    '<\\?[\\s\\S]*?\\?>',
    `</(?<close>${NAME})\\s*>`,
    `<(?<open>${NAME})(?<attributes>(?:\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(?<empty>/?)>`,
    '(?<text>[^<]+)',
  ].join('|'),
  'y',
);
const BARE_AMPERSAND = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i;
const MAX_DEPTH = 32;

export const attribute = (attributes: string, name: string): string =>
  new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(attributes)?.[1] ?? '';

/** One tag of a document, or the text between two. */
export interface Piece {
  from: number;
  to: number;
  open?: string;
  close?: string;
  empty?: string;
  attributes?: string;
  text?: string;
}

/** Tags and texts in their order; ends early, with false, where the document is not well-formed. */
export function walk(text: string, see: (piece: Piece) => boolean): boolean {
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(text)?.groups;
    if (!groups || !see({ ...groups, from: at, to: TOKEN.lastIndex })) return false;
    at = TOKEN.lastIndex;
  }
  return true;
}

/** What the document is; undefined where it is no VAST with an ad in it that a player could read. */
export function readVast(xml: string): VastFacts | undefined {
  const open: string[] = [];
  const facts: VastFacts = { version: '', isWrapper: false, mimes: [] };
  let roots = 0;
  let ads = 0;
  const isRead = walk(xml.trim(), ({ close, open: name, attributes = '', empty, text: words }) => {
    if (words !== undefined)
      return !BARE_AMPERSAND.test(words) && (open.length > 0 || words.trim() === '');
    if (close !== undefined) return open.pop() === close;
    if (name === undefined) return true;
    if (BARE_AMPERSAND.test(attributes)) return false;
    if (open.length === 0) {
      if (name !== 'VAST' || ++roots > 1) return false;
      facts.version = attribute(attributes, 'version');
    }
    if (name === 'MediaFile') facts.mimes.push(attribute(attributes, 'type').toLowerCase());
    if (name === 'InLine' || name === 'Wrapper') ads++;
    facts.isWrapper ||= name === 'Wrapper';
    if (empty === '') open.push(name);
    return open.length <= MAX_DEPTH;
  });
  return isRead && ads > 0 && open.length === 0 ? facts : undefined;
}

/** Whether a player that says what it plays plays this; what it does not say, it plays. */
export function plays(
  facts: VastFacts,
  player: { protocols: readonly number[]; mimes: readonly string[] },
): boolean {
  const protocol = VAST_PROTOCOLS[facts.version]?.[facts.isWrapper ? 1 : 0];
  if (player.protocols.length > 0 && protocol !== undefined && !player.protocols.includes(protocol))
    return false;
  const { mimes } = facts;
  return (
    mimes.length === 0 || player.mimes.length === 0 || mimes.some((it) => player.mimes.includes(it))
  );
}
