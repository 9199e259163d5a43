/** Text into HTML, XML and URLs. Owns the one way each is escaped; whatever an advertiser wrote goes through here. */

const HTML: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For HTML text and quoted attributes, and for XML alike. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => HTML[character] as string);

/** As `escapeHtml`, without the characters that no XML document may hold. */
export const escapeXml = (text: string): string =>
  escapeHtml(text.replace(/[^\t\n\r\P{Cc}]|\p{Cs}|[\ufffe\uffff]/gu, ''));

/** Words for clients that put native text into a page as HTML: nothing that could be markup remains. */
export const plainText = (text: string): string => text.replace(/[<>&"'`]/g, ' ').trim();

/** `url` when it is an absolute http(s) URL, made absolute on `base` when it is a path; undefined for all else. */
export function webUrl(url: string | undefined, base: string): string | undefined {
  if (url === undefined || url === '') return undefined;
  try {
    const parsed = new URL(url, base);
    const harmless = parsed.protocol === 'https:' || parsed.protocol === 'http:';
    return harmless && parsed.username === '' ? parsed.href : undefined;
  } catch {
    return undefined;
  }
}
