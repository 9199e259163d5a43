/**
 * VAST 4.2, and 3.0 and 2.0 for players that ask: one linear ad, its impression (the billable event), quartiles, skip, click
 * and error. Owns the XML; refuses anything that is not a web URL and any character that XML forbids.
 */
import type { SnapshotCreative } from '../wire/snapshot.ts';
import { escapeXml, webUrl } from './escape.ts';
import { type Links, TOKEN_MARK, trackerUrl } from './links.ts';

export const VAST_VERSIONS = ['4.2', '4.1', '4.0', '3.0', '2.0'] as const;
export type VastVersion = (typeof VAST_VERSIONS)[number];

export interface VastOptions {
  version: VastVersion;
  w: number;
  h: number;
  /** Seconds after which a viewer may skip; undefined: not skippable. Ignored before 3.0. */
  skipAfterS?: number;
  /** Which of the creative's files, as bits in their order; all where it is not said. */
  files?: number;
  /** Position in a pod, from 1; undefined outside pods. */
  sequence?: number;
}

const PROGRESS = ['start', 'firstQuartile', 'midpoint', 'thirdQuartile', 'complete'] as const;
export const DEFAULT_DURATION_MS = 15_000;
const ALL_FILES = -1;

const pad = (value: number, digits = 2): string => value.toString().padStart(digits, '0');

/** `HH:MM:SS.mmm`. */
export function vastTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}.${pad(ms % 1000, 3)}`;
}

const url = (tag: string, address: string, attributes = ''): string =>
  `<${tag}${attributes}><![CDATA[${address.replaceAll(']]>', ']]%3E')}]]></${tag}>`;

/** A document without an ad: what a player gets when nobody bought. `errorUrl` hears of it. */
export const emptyVast = (version: VastVersion): string =>
  `<?xml version="1.0" encoding="UTF-8"?><VAST version="${version}"/>`;

const mimeOf = (address: string, audio: boolean): string => {
  const path = new URL(address).pathname.toLowerCase();
  if (path.endsWith('.webm')) return audio ? 'audio/webm' : 'video/webm';
  if (path.endsWith('.ogg')) return audio ? 'audio/ogg' : 'video/ogg';
  if (path.endsWith('.m4a')) return 'audio/mp4';
  return audio ? 'audio/mpeg' : 'video/mp4';
};

/** One file that a player may load. */
export interface MediaFile {
  address: string;
  type: string;
  /** Absent: as large as the player. */
  w: number | null;
  h: number | null;
  /** Not said of the main file, which comes first: a player that knows none of them takes it. */
  kbps: number | undefined;
}

/** All files of a creative, the main one first; none where it has no media that a player can load. */
export function mediaFilesOf({ content, w, h }: SnapshotCreative, links: Links): MediaFile[] {
  const isAudio = content.videoUrl === undefined;
  const main = webUrl(content.videoUrl ?? content.audioUrl, links.assetsUrl);
  if (main === undefined) return [];
  const files: MediaFile[] = [
    { address: main, type: mimeOf(main, isAudio), w, h, kbps: undefined },
  ];
  for (const { url: path, w, h, bitrateKbps } of content.videoRenditions ?? []) {
    const address = webUrl(path, links.assetsUrl);
    if (address !== undefined)
      files.push({ address, type: mimeOf(address, false), w, h, kbps: bitrateKbps });
  }
  return files;
}

function mediaFile({ address, type, w, h, kbps }: MediaFile, player: VastOptions): string {
  const bitrate = kbps === undefined ? '' : ` bitrate="${kbps}"`;
  const size = `width="${w ?? player.w}" height="${h ?? player.h}"`;
  return url('MediaFile', address, ` delivery="progressive" type="${type}" ${size}${bitrate}`);
}

/** Our trackers of progress, as elements of `TrackingEvents`. */
export function progressOf(links: Links, version: string, maySkip: boolean): string {
  const isOld = version === '2.0' || version === '1.0';
  const events: string[] = [...PROGRESS, 'mute', 'pause', 'resume'];
  if (!isOld) events.push('closeLinear');
  if (!isOld && maySkip) events.push('skip');
  return events
    .map((event) => url('Tracking', `${trackerUrl(links, 'e')}&e=${event}`, ` event="${event}"`))
    .join('');
}

const tracking = (links: Links, { version, skipAfterS }: VastOptions): string =>
  `<TrackingEvents>${progressOf(links, version, skipAfterS !== undefined)}</TrackingEvents>`;

/** Of an ad as a whole: our error and our impression. */
export const errorOf = (links: Links): string =>
  url('Error', `${trackerUrl(links, 'e')}&e=error&code=[ERRORCODE]`);
export const impressionOf = (links: Links): string => url('Impression', trackerUrl(links, 'i'));

/** A click that leads elsewhere than by us is told us beside. */
export const clickOf = (links: Links): string => url('ClickTracking', trackerUrl(links, 'c'));

/** One inline ad with the token's place marked; undefined when the creative has no media that a player can load. */
export function vastMarkup(
  creative: SnapshotCreative,
  links: Links,
  options: VastOptions,
): string | undefined {
  const { content } = creative;
  const { files = ALL_FILES } = options;
  const given = mediaFilesOf(creative, links).filter((_, i) => (files & (1 << i)) !== 0);
  if (given.length === 0) return undefined;
  const modern = options.version.startsWith('4');
  const skip =
    options.skipAfterS === undefined || options.version === '2.0'
      ? ''
      : ` skipoffset="${vastTime(options.skipAfterS * 1000)}"`;
  const sequence = options.sequence === undefined ? '' : ` sequence="${options.sequence}"`;
  const title = escapeXml(content.title ?? content.brandName ?? '广告');
  const linear =
    `<Linear${skip}><Duration>${vastTime(content.durationMs ?? DEFAULT_DURATION_MS)}</Duration>` +
    tracking(links, options) +
    `<VideoClicks>${url('ClickThrough', trackerUrl(links, 'c'))}</VideoClicks><MediaFiles>` +
    given.map((each) => mediaFile(each, options)).join('') +
    '</MediaFiles></Linear>';
  const id = `hongze-${creative.id}`;
  const universal = modern ? `<UniversalAdId idRegistry="hongze">${id}</UniversalAdId>` : '';
  const viewable = modern
    ? `<ViewableImpression>${url('Viewable', trackerUrl(links, 'v'))}</ViewableImpression>`
    : '';
  const serving = modern ? `<AdServingId>${TOKEN_MARK}</AdServingId>` : '';
  // 4.x fixes an order inside InLine; 2.0 and 3.0 validators read the same order without the newer elements.
  return (
    `<?xml version="1.0" encoding="UTF-8"?><VAST version="${options.version}">` +
    `<Ad id="${creative.id}"${sequence}><InLine><AdSystem version="1.0">Hongze</AdSystem>` +
    errorOf(links) +
    impressionOf(links) +
    `${serving}<AdTitle>${title}</AdTitle>${viewable}` +
    `<Creatives><Creative id="${creative.id}" adId="${id}"${options.sequence === undefined ? '' : ` sequence="${options.sequence}"`}>${universal}${linear}</Creative></Creatives>` +
    `<Extensions><Extension type="adMark">${creative.isPsa ? '公益广告' : '广告'}</Extension></Extensions>` +
    '</InLine></Ad></VAST>'
  );
}

/** A wrapper: our trackers around another VAST, our own ad's or, `isForeign`, another server's, whose clicks do not lead by us. */
export function vastWrapper(
  adTagUrl: string,
  links: Links,
  options: VastOptions & { isForeign?: boolean },
): string | undefined {
  const address = webUrl(adTagUrl, links.exchangeUrl);
  if (address === undefined) return undefined;
  const clicks = options.isForeign
    ? clickOf(links)
    : url('ClickTracking', `${trackerUrl(links, 'e')}&e=click`);
  return (
    `<?xml version="1.0" encoding="UTF-8"?><VAST version="${options.version}">` +
    '<Ad id="wrapper"><Wrapper><AdSystem version="1.0">Hongze</AdSystem>' +
    url('VASTAdTagURI', address) +
    errorOf(links) +
    impressionOf(links) +
    `<Creatives><Creative><Linear>${tracking(links, { ...options, skipAfterS: undefined })}` +
    `<VideoClicks>${clicks}</VideoClicks></Linear></Creative></Creatives></Wrapper></Ad></VAST>`
  );
}
