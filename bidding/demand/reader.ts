/**
 * A reader who has said no, or is a child, as partners may hear of them (OpenRTB 2.6 §3.2.18 `lmt`, `dnt`, §3.2.3 `coppa`; PIPL 24, 31): a
 * page in a county. Owns which fields would tell one reader from another; refuses to pass any of them on.
 */

import { objectOf } from './received.ts';

type Json = Record<string, unknown>;

const USER = [
  'id', 'buyeruid', 'eids', 'data', 'yob', 'gender', 'keywords', 'kwarray', 'customdata', 'geo', 'consent',
] as const; // biome-ignore format: a list
const DEVICE = [
  'ifa', 'didsha1', 'didmd5', 'dpidsha1', 'dpidmd5', 'macsha1', 'macmd5',
] as const; // biome-ignore format: a list
const PLACE = ['lat', 'lon', 'accuracy', 'lastfix', 'zip'] as const;

function without(object: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

/** A network of many: the last octet, or all after the first three groups, is taken off. */
export function coarseAddress(address: unknown): string | undefined {
  if (typeof address !== 'string') return undefined;
  if (!address.includes(':')) return address.replace(/\.\d+$/, '.0');
  const [head = ''] = address.split('::');
  const groups = head.split(':').filter(Boolean).slice(0, 3);
  return `${groups.join(':')}::`;
}

/**
 * The request without what would identify its reader; extensions of user and device, which may hold anything, go whole. `optedOut`: the
 * reader said so, by the browser (Global Privacy Control) or to us, and partners are told in the way that they read.
 */
export function withoutReader(body: Json, optedOut: boolean): Json {
  const device = without(objectOf(body.device), [...DEVICE, 'ext']);
  const user = without(objectOf(body.user), [...USER, 'ext']);
  const regs = objectOf(body.regs);
  if ('ip' in device) device.ip = coarseAddress(device.ip);
  if ('ipv6' in device) device.ipv6 = coarseAddress(device.ipv6);
  if ('geo' in device) device.geo = without(objectOf(device.geo), PLACE);
  return {
    ...body,
    ...(body.device === undefined ? {} : { device }),
    ...(body.user === undefined ? {} : { user }),
    ...(optedOut ? { regs: { ...regs, ext: { ...objectOf(regs.ext), gpc: '1' } } } : {}),
  };
}
