/**
 * A partner's VAST: whether it is one, what it needs of a player, and our impression and error put beside theirs. Owns how much of XML
 * is looked at: well-formedness, since one broken document would take a whole pod with it, and no document types, since their
 * entities are a player's undoing.
 */
import { VAST_PROTOCOLS } from '../openrtb/codes.ts';
import { type Links, trackerUrl } from '../render/links.ts';

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

const attribute = (attributes: string, name: string): string =>
  new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(attributes)?.[1] ?? '';

/** What the document is; undefined where it is no VAST with an ad in it that a player could read. */
export function readVast(xml: string): VastFacts | undefined {
  const text = xml.trim();
  const open: string[] = [];
  const facts: VastFacts = { version: '', isWrapper: false, mimes: [] };
  let roots = 0;
  let ads = 0;
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(text)?.groups;
    if (!groups) return undefined;
    at = TOKEN.lastIndex;
    const { close, open: name, attributes = '', empty, text: words } = groups;
    if (words !== undefined) {
      if (BARE_AMPERSAND.test(words) || (open.length === 0 && words.trim() !== ''))
        return undefined;
    } else if (close !== undefined) {
      if (open.pop() !== close) return undefined;
    } else if (name !== undefined) {
      if (BARE_AMPERSAND.test(attributes)) return undefined;
      if (open.length === 0) {
        if (name !== 'VAST' || ++roots > 1) return undefined;
        facts.version = attribute(attributes, 'version');
      }
      if (name === 'MediaFile') facts.mimes.push(attribute(attributes, 'type').toLowerCase());
      if (name === 'InLine' || name === 'Wrapper') ads++;
      facts.isWrapper ||= name === 'Wrapper';
      if (empty === '') open.push(name);
      if (open.length > MAX_DEPTH) return undefined;
    }
  }
  return ads > 0 && open.length === 0 ? facts : undefined;
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

/** Our impression and error in every ad of the document. */
export function withOurImpression(vast: string, links: Links): string {
  const ours =
    `<Error><![CDATA[${trackerUrl(links, 'e')}&e=error&code=[ERRORCODE]]]></Error>` +
    `<Impression><![CDATA[${trackerUrl(links, 'i')}]]></Impression>`;
  return vast.replace(/<\/(?:InLine|Wrapper)\s*>/g, (found) => `${ours}${found}`);
}
