/**
 * Addresses that partners name and this node calls. Owns that none is in a private network: literal ones are judged as written, names
 * by what they resolve to at the moment of connecting, so that a second answer of the name server changes nothing.
 */
import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isIP } from 'node:net';
import { isPublicAddress } from '../wire/addresses.ts';

/** The web's own, and the two by which it is served where those need a privilege. */
export const WEB_PORTS: ReadonlySet<string> = new Set(['', '80', '443', '8080', '8443']);

/**
 * A port of the web, nobody's credentials, and a literal address that is public, however it is written: the parser has made
 * decimal, octal and hexadecimal ones plain. A name is judged when it is resolved.
 */
export function mayBeCalled(url: string, ports = WEB_PORTS): boolean {
  const { hostname, port, username, password } = new URL(url);
  if (!ports.has(port) || username !== '' || password !== '') return false;
  const host = hostname.replace(/^\[|\]$/g, '');
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
