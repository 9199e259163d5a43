/**
 * `GET /vast?placement=202`: an auction for players, answered as VAST; `?t=<token>`: the VAST of a bid already won. Owns the
 * translation of the URL's few words into a bid request. No ad is an empty VAST with status 200, as players expect.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { VAST_PROTOCOLS } from '../openrtb/codes.ts';
import { TOKEN_MARK } from '../render/links.ts';
import {
  emptyVast,
  VAST_VERSIONS,
  type VastVersion,
  vastMarkup,
  vastWrapper,
} from '../render/vast.ts';
import { openToken } from '../wire/token.ts';
import { callerOf } from './caller.ts';
import type { PageDeps } from './pageDeps.ts';
import { sendText } from './respond.ts';

const XML = 'application/xml; charset=utf-8';
const NO_STORE = { 'cache-control': 'no-store' };
const MAX_POD = 8;

function versionOf(query: URLSearchParams): VastVersion {
  const wanted = query.get('v') ?? '4.2';
  return VAST_VERSIONS.find((each) => each === wanted || each.startsWith(`${wanted}.`)) ?? '4.2';
}

const size = (text: string | null, usual: number): number => {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 && value <= 10_000 ? value : usual;
};

/** The bid request that a player's URL stands for, as anybody would send it; `pod` imps of the same placement. */
function requestOf(
  deps: PageDeps,
  req: IncomingMessage,
  query: URLSearchParams,
  version: VastVersion,
): object {
  const tagid = query.get('placement') ?? '';
  const format = deps.market()?.placements.get(Number(tagid))?.format;
  const protocols = VAST_PROTOCOLS[version];
  const media =
    format === 'audio'
      ? { audio: { mimes: ['audio/mpeg', 'audio/mp4', 'audio/ogg'], protocols } }
      : {
          video: {
            mimes: ['video/mp4', 'video/webm'],
            protocols,
            w: size(query.get('w'), 640),
            h: size(query.get('h'), 360),
            skip: query.get('skip') === '0' ? 0 : 1,
          },
        };
  const pod = Math.min(MAX_POD, size(query.get('pod'), 1));
  const user = query.get('consent') === '1' ? (query.get('user') ?? '').slice(0, 128) : '';
  return {
    id: query.get('id')?.slice(0, 64) || randomUUID(),
    imp: Array.from({ length: pod }, (_, i) => ({
      id: String(i + 1),
      tagid,
      secure: deps.links.exchangeUrl.startsWith('https:') ? 1 : 0,
      ...media,
    })),
    site: { page: req.headers.referer },
    device: { ua: req.headers['user-agent'] },
    user: { id: user || undefined, ext: { divisionCode: query.get('division') ?? undefined } },
    cur: ['CNY'],
    test: query.get('test') === '1' ? 1 : 0,
  };
}

interface Answered {
  seatbid?: { bid: { adm: string; impid: string; burl: string }[] }[];
}

/** The first ad of a document, its own place in a sequence taken off. */
const AD = /<Ad(?=[\s>])([^>]*)>([\s\S]*?<\/Ad\s*>)/;
const SEQUENCE = /\ssequence\s*=\s*(?:"[^"]*"|'[^']*')/;

/** Puts several single-ad documents into one, in the order of their imps. */
function join(documents: string[], version: VastVersion): string {
  if (documents.length === 1) return documents[0] as string;
  const ads = documents.map((each, i) => {
    const [, attributes = '', rest = ''] = AD.exec(each) ?? [];
    return `<Ad sequence="${i + 1}"${attributes.replace(SEQUENCE, '')}>${rest}`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?><VAST version="${version}">${ads.join('')}</VAST>`;
}

/** Answers the VAST path; never with an error status that a player would stumble over. */
export function vastPage(
  deps: PageDeps,
  req: IncomingMessage,
  res: ServerResponse,
  query: URLSearchParams,
): void {
  const version = versionOf(query);
  const token = query.get('t');
  if (token !== null) {
    void wonVast(deps, token, version).then((won) => {
      sendText(res, XML, won ?? emptyVast(version), NO_STORE);
    });
    return;
  }
  const request = Buffer.from(JSON.stringify(requestOf(deps, req, query, version)));
  const saysNo = callerOf(req).gpc === '1';
  deps.auctioneer(request, { mayTrace: false, saysNo }, (answer) => {
    const bids = answer.body
      ? (JSON.parse(answer.body) as Answered).seatbid?.flatMap((seat) => seat.bid)
      : [];
    const sorted = (bids ?? []).sort((a, b) => Number(a.impid) - Number(b.impid));
    const wrap = query.get('type') === 'wrapper';
    const documents = sorted.map(({ adm, burl }) => {
      const won = new URL(burl).searchParams.get('t') ?? '';
      return wrap ? (wrapperOf(deps, won, version) ?? adm) : adm;
    });
    const body = documents.length > 0 ? join(documents, version) : emptyVast(version);
    sendText(res, XML, body, { ...NO_STORE, 'x-no-bid': answer.reason });
  });
}

function wrapperOf(deps: PageDeps, token: string, version: VastVersion): string | undefined {
  const inner = `${deps.links.exchangeUrl}/vast?t=${token}&v=${version}`;
  return vastWrapper(inner, deps.links, { version, w: 0, h: 0 })?.replaceAll(TOKEN_MARK, token);
}

/** The document of a bid that was won: its trackers are marked as a second copy, since the wrapper has its own. */
async function wonVast(
  deps: PageDeps,
  text: string,
  version: VastVersion,
): Promise<string | undefined> {
  const token = openToken(deps.key, text);
  if (typeof token === 'string' || deps.clock() > token.expiresAtMs) return undefined;
  const creative = deps.market()?.creatives.get(token.creativeId);
  const markup = creative
    ? vastMarkup(creative, deps.links, { version, w: 640, h: 360, skipAfterS: 5 })
    : await deps.held.read(token.auctionId, token.impOrdinal);
  // Only addresses say so, and they stand in CDATA; the serving id is plain XML text.
  return markup?.replaceAll(`>${TOKEN_MARK}<`, `>${text}<`).replaceAll(TOKEN_MARK, `${text}&b=1`);
}
