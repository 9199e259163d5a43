/**
 * Which network addresses belong to the public Internet. Owns the list of those that do not (RFC 6890 and what followed):
 * what a customer's URL resolves to must never be ourselves, our neighbours or a cloud's metadata. Pure.
 */
/** First address and prefix length of every block that is not for the public. */
const RESERVED_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

const numberOf = (v4: string): number =>
  v4.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const BLOCKS = RESERVED_V4.map(([first, bits]) => ({
  first: numberOf(first),
  size: 2 ** (32 - bits),
}));

function isPublicV4(address: string): boolean {
  const number = numberOf(address);
  return !BLOCKS.some(({ first, size }) => number >= first && number < first + size);
}

/** The eight groups of an IPv6 address that `isIP` has accepted. */
function groupsOf(address: string): number[] {
  const plain = address.replace(/%.*$/, '');
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  const v4 = dotted ? numberOf(dotted[2] as string) : 0;
  const hex = dotted
    ? `${dotted[1]}${(v4 >>> 16).toString(16)}:${(v4 & 0xffff).toString(16)}`
    : plain;
  const [head = '', tail] = hex.split('::');
  const parts = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const front = parts(head);
  if (tail === undefined) return front;
  const back = parts(tail);
  return [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
}

/** Global unicast is 2000::/3; inside it, addresses that only wrap an IPv4 one, or are for documents, are not believed. */
function isPublicV6(address: string): boolean {
  const [first = 0, second = 0] = groupsOf(address);
  if (first < 0x2000 || first > 0x3fff) return false;
  const wraps = first === 0x2002 || (first === 0x2001 && second === 0);
  const isDocumentation = (first === 0x2001 && second === 0xdb8) || first === 0x3fff;
  return !wraps && !isDocumentation;
}

/** `family`: 4 or 6; anything else is no literal address, and never public. */
export function isPublicAddress({ address, family }: { address: string; family: number }): boolean {
  return family === 4 ? isPublicV4(address) : family === 6 ? isPublicV6(address) : false;
}
