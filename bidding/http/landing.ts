/**
 * Macros in an advertiser's landing page and monitor links, as China's third-party monitors write them (`__OS__`, `__IP__`,
 * `__TS__`…). Owns which are filled: what would need the reader's consent (device identifiers) stays empty.
 */
import type { Token } from '../wire/token.ts';
import type { Visitor } from './caller.ts';

/** Numbered as the monitors do: 0 Android, 1 iOS, 2 Windows, 3 other. */
function osNumber(userAgent: string): string {
  if (userAgent.includes('Android')) return '0';
  if (/iPhone|iPad/.test(userAgent)) return '1';
  return userAgent.includes('Windows') ? '2' : '3';
}

const MACRO = /__([A-Z][A-Z0-9_]{0,30}?)__/g;

/** Every macro is replaced, unknown ones by nothing; values are percent-encoded. */
export function fillLanding(
  url: string,
  token: Token,
  { userAgent, ip }: Visitor,
  nowMs: number,
  landing = '',
): string {
  if (!url.includes('__')) return url;
  const values: Record<string, string> = {
    OS: osNumber(userAgent),
    IP: ip,
    TS: `${nowMs}`,
    UA: userAgent,
    REQUESTID: token.auctionId,
    AID: `${token.campaignId}`,
    CID: `${token.creativeId}`,
    LINEITEM: `${token.lineItemId}`,
    PLACEMENT: `${token.placementId}`,
    OUTLET: `${token.outletId}`,
    DIVISION: token.divisionCode,
    // Of a click monitor: where it must lead on to.
    LANDING: landing,
  };
  return url.replace(MACRO, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}
