/** sellers.json (IAB 1.0), ads.txt and app-ads.txt (1.1), generated from the market, so that they cannot differ from it. */
import type { Market } from '../engine/market.ts';
import type { Links } from '../render/links.ts';

const domainOf = (links: Links): string => new URL(links.exchangeUrl).hostname;

/** Every outlet is a publisher that is paid directly; seller ids are outlet ids, as in `publisher.id`. */
export function sellersJson(market: Market | undefined, links: Links): string {
  const sellers = [...(market?.outlets.values() ?? [])].map((outlet) => {
    const property = [...(market?.properties.values() ?? [])].find(
      (each) => each.outletId === outlet.id && each.domain !== null,
    );
    return {
      seller_id: String(outlet.id),
      name: outlet.name,
      seller_type: 'PUBLISHER',
      ...(property?.domain ? { domain: property.domain } : { is_confidential: 0 }),
    };
  });
  return JSON.stringify({ version: '1.0', contact_email: `ads@${domainOf(links)}`, sellers });
}

/** The lines that an outlet publishes to say that this exchange may sell it; all outlets where none is named. */
export function adsTxt(
  market: Market | undefined,
  links: Links,
  propertyId: string | null,
): string {
  const exchange = domainOf(links);
  const property = propertyId === null ? undefined : market?.properties.get(Number(propertyId));
  const outletIds = property ? [property.outletId] : [...(market?.outlets.keys() ?? [])];
  const lines = outletIds.map((id) => `${exchange}, ${id}, DIRECT`);
  const head = property?.domain ? [`OWNERDOMAIN=${property.domain}`] : [];
  return `# Hongze, generated from the outlets\n${[...head, ...lines].join('\n')}\n`;
}
