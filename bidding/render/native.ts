/**
 * Native markup (OpenRTB Native 1.2): the assets that the request asked for, from one creative. Owns the mapping; text
 * carries no markup at all, since some clients put it into their page as HTML.
 */
import type { SnapshotCreative } from '../wire/snapshot.ts';
import { plainText, webUrl } from './escape.ts';
import { type Links, trackerUrl } from './links.ts';

interface AssetRequest {
  id: number;
  required?: number;
  title?: { len?: number };
  img?: { type?: number; w?: number; h?: number; wmin?: number; hmin?: number };
  data?: { type?: number; len?: number };
  video?: object;
}

/** What is offered to a caller that did not say what it wants. */
const USUAL: AssetRequest[] = [
  { id: 1, required: 1, title: { len: 60 } },
  { id: 2, img: { type: 3 } },
  { id: 3, img: { type: 1 } },
  { id: 4, data: { type: 1 } },
  { id: 5, data: { type: 2 } },
  { id: 6, data: { type: 12 } },
];

/** The assets asked for; with or without the `native` root (Native 1.2 §4), the usual ones when it cannot be read. */
export function assetsWanted(requestText: string): AssetRequest[] | undefined {
  try {
    const parsed = JSON.parse(requestText) as { native?: { assets?: unknown }; assets?: unknown };
    const assets = (parsed?.native ?? parsed)?.assets;
    if (assets === undefined) return USUAL;
    if (!Array.isArray(assets)) return undefined;
    return assets.filter((each) => typeof each === 'object' && each !== null && 'id' in each);
  } catch {
    return undefined;
  }
}

const cut = (text: string, length = 140): string =>
  Array.from(plainText(text)).slice(0, length).join('');

function filled(asset: AssetRequest, creative: SnapshotCreative, links: Links): object | undefined {
  const { content, w, h } = creative;
  if (asset.title)
    return content.title ? { title: { text: cut(content.title, asset.title.len) } } : undefined;
  if (asset.img) {
    const icon = asset.img.type === 1;
    const url = webUrl(
      icon ? (content.iconUrl ?? content.imageUrl) : content.imageUrl,
      links.assetsUrl,
    );
    if (url === undefined) return undefined;
    return {
      img: icon ? { type: 1, url } : { type: 3, url, w: w ?? asset.img.w, h: h ?? asset.img.h },
    };
  }
  const words: Record<number, string | undefined> = {
    1: content.brandName,
    2: content.description,
    12: content.callToAction ?? '了解详情',
  };
  const value = words[asset.data?.type ?? 0];
  return value
    ? { data: { type: asset.data?.type, value: cut(value, asset.data?.len) } }
    : undefined;
}

/** The `adm` of a native bid, with the token's place marked; undefined when a required asset cannot be given. */
export function nativeMarkup(
  requestText: string,
  creative: SnapshotCreative,
  links: Links,
): string | undefined {
  const wanted = assetsWanted(requestText);
  if (!wanted) return undefined;
  const assets: object[] = [];
  for (const asset of wanted) {
    const given = filled(asset, creative, links);
    if (given) assets.push({ id: asset.id, required: asset.required ?? 0, ...given });
    else if (asset.required === 1) return undefined;
  }
  const impression = trackerUrl(links, 'i');
  return JSON.stringify({
    native: {
      ver: '1.2',
      assets,
      link: { url: trackerUrl(links, 'c') },
      eventtrackers: [
        { event: 1, method: 1, url: impression },
        { event: 2, method: 1, url: trackerUrl(links, 'v') },
      ],
      privacy: `${links.exchangeUrl}/why`,
      ext: { mark: creative.isPsa ? '公益广告' : '广告', aiGenerated: creative.aiGenerated },
    },
  });
}
