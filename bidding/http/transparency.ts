/**
 * sellers.json (IAB 1.0), ads.txt and app-ads.txt (1.1) and what stands under `/.well-known`, generated from the market, so that they
 * cannot differ from it.
 */
import type { Clock } from '../../db/terms/day.ts';
import type { Market } from '../engine/market.ts';
import type { Links } from '../render/links.ts';
import type { SnapshotProperty } from '../wire/snapshot.ts';

const domainOf = (links: Links): string => new URL(links.exchangeUrl).hostname;

/** What has a page that `ads.txt` can stand on, and what a store's. */
const SITES: ReadonlySet<string> = new Set(['site', 'h5']);
const APPS: ReadonlySet<string> = new Set(['app', 'mini_program']);

/** What each outlet is known by: the same in `sellers.json` and as the owner in `ads.txt`, which buyers compare. */
function sellerDomains(market: Market | undefined): Map<number, string> {
  const domains = new Map<number, string>();
  for (const each of market?.properties.values() ?? [])
    if (each.domain !== null && SITES.has(each.kind) && !domains.has(each.outletId))
      domains.set(each.outletId, each.domain);
  return domains;
}

/**
 * Outlets are publishers, paid directly; a supply partner sells what is others' and is named an intermediary, with its own domain.
 * Seller ids are outlet ids, as in `publisher.id` and in our node of a chain.
 */
export function sellersJson(market: Market | undefined, links: Links): string {
  const partners = new Map(
    [...(market?.supplyPartners.values() ?? [])].map((p) => [p.outletId, p]),
  );
  const domains = sellerDomains(market);
  const sellers = [...(market?.outlets.values() ?? [])].map((outlet) => {
    const partner = partners.get(outlet.id);
    const domain = partner?.domain ?? domains.get(outlet.id);
    return {
      seller_id: String(outlet.id),
      name: outlet.name,
      seller_type: partner ? 'INTERMEDIARY' : 'PUBLISHER',
      ...(domain ? { domain } : { is_confidential: 0 }),
    };
  });
  const contact_email = `ads@${domainOf(links)}`;
  return JSON.stringify({ version: '1.0', contact_email, sellers });
}

/**
 * The lines that a property publishes to say that this exchange may sell it, and through which partners; all outlets where none is
 * named. `kind` keeps sites and apps apart: a property of the other kind, or one that is not ours, authorises nobody here, which the
 * specification says by a placeholder (§3.2.1), since an empty file would say nothing.
 */
export function adsTxt(
  market: Market | undefined,
  links: Links,
  propertyId: string | null,
  kind: 'ads' | 'app-ads',
): string {
  const exchange = domainOf(links);
  const property = propertyId === null ? undefined : market?.properties.get(Number(propertyId));
  const isOurs = (each: SnapshotProperty): boolean =>
    kind === 'ads' ? !APPS.has(each.kind) : APPS.has(each.kind);
  const one = property && isOurs(property) ? [property.outletId] : [];
  const outletIds = propertyId === null ? [...(market?.outlets.keys() ?? [])] : one;
  const partners = new Set([...(market?.supplyPartners.values() ?? [])].map((p) => p.outletId));
  const lines = outletIds.map(
    (id) => `${exchange}, ${id}, ${partners.has(id) ? 'RESELLER' : 'DIRECT'}`,
  );
  const owner = property && (sellerDomains(market).get(property.outletId) ?? property.domain);
  const head = [...(owner ? [`OWNERDOMAIN=${owner}`] : []), `CONTACT=ads@${exchange}`];
  const body = lines.length > 0 ? lines : [NOBODY];
  return `# Hongze, generated from the outlets\n${[...head, ...body].join('\n')}\n`;
}

const NOBODY = 'placeholder.example.com, placeholder, DIRECT, placeholder';

const YEAR_MS = 365 * 86_400_000;

/** RFC 9116. */
export const securityTxt = (links: Links, clock: Clock): string =>
  [
    `Contact: mailto:security@${domainOf(links)}`,
    `Expires: ${new Date(clock() + YEAR_MS / 2).toISOString()}`,
    'Preferred-Languages: zh, en',
    `Canonical: ${links.exchangeUrl}/.well-known/security.txt`,
    '',
  ].join('\n');

/** RFC 9727: where the description of the API stands. */
export const apiCatalog = (links: Links): string =>
  JSON.stringify({
    linkset: [
      {
        anchor: `${links.exchangeUrl}/openrtb2/auction`,
        'service-desc': [
          { href: `${links.exchangeUrl}/openapi.json`, type: 'application/vnd.oai.openapi+json' },
        ],
      },
    ],
  });

/** RFC 9309: what is generated for machines may be read by them; a crawler that follows a tracker is traffic that nobody wants. */
export const robotsTxt = (): string =>
  [
    'User-agent: *',
    ...['/ads.txt', '/app-ads.txt', '/sellers.json', '/.well-known/', '/openapi.json', '/why'].map(
      (path) => `Allow: ${path}`,
    ),
    'Disallow: /',
    '',
  ].join('\n');

/** We obey the signal: the tag and the auction treat it as an opt-out. */
export const gpcJson = (): string => JSON.stringify({ gpc: true, lastUpdate: '2026-11-25' });

/** What the ad's menu and `privacy` of a native ad lead to. */
export const whyPage = (): string =>
  '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">' +
  '<title>为什么看到此广告</title><style>body{max-width:40rem;margin:2rem auto;padding:0 1rem;font:16px/1.75 system-ui,sans-serif;color:#1d2129}</style>' +
  '<h1>为什么看到此广告</h1><p>广告依据页面内容、您所在的县市与广告主的出价选出。只有在您同意后，才会使用标识符计算看到同一广告的次数；' +
  '未成年人的页面上不做个性化。</p><p>广告右下角的 ⓘ 可以选择“不感兴趣”“投诉此广告”或“关闭个性化”；选择立即生效。</p>' +
  '<h2 lang="en">Why this ad</h2><p lang="en">Ads are chosen by the page, your county and the price offered. An identifier is used only with ' +
  'your consent, to count how often you saw an ad. The ⓘ on each ad lets you hide it, report it, or switch personalisation off.</p></html>';

/** What another deployment enters for us, to verify the hops that we sign (wire/chain). */
export const chainJson = (publicKey: string, links: Links): string =>
  JSON.stringify({ domain: domainOf(links), alg: 'EdDSA', publicKey });
