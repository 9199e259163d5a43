/**
 * Addresses that partners name and this node calls. Owns that none is in a private network: literal ones are judged as written, names
 * by what they resolve to at the moment of connecting, so that a second answer of the name server changes nothing.
 */
import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isIP } from 'node:net';
import { isPublicAddress } from '../wire/addresses.ts';

/** A literal address has to be public; a name is judged when it is resolved. */
export function mayBeCalled(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  return family === 0 || isPublicAddress({ address: host, family });
}

type Found = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/** As `dns.lookup`, refusing a name one of whose addresses is not public. */
export function lookUpPublic(name: string, options: LookupOptions, found: Found): void {
  lookup(name, { ...options, all: true }, (error, addresses) => {
    if (error) return found(error, []);
    const [first] = addresses;
    if (!first || !addresses.every(isPublicAddress))
      return found(Object.assign(new Error('a private address'), { code: 'EACCES' }), []);
    if (options.all) return found(null, addresses);
    found(null, first.address, first.family);
  });
}
