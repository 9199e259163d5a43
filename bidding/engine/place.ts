/**
 * What is known of a request at one imp, resolved once: the facts that targets are tested against. Owns the resolution
 * (ancestors of a division, hour of the week); reads nothing but its arguments.
 */
import { hourOfWeek } from '../../db/terms/day.ts';
import type { DivisionCode } from '../../db/terms/division.ts';
import { cityOf, countyOf, divisionLevel, provinceOf } from '../../db/terms/division.ts';
import { CARRIERS, CONNECTIONS, DEVICES, OPERATING_SYSTEMS, TIERS } from '../../db/terms/market.ts';
import type { SnapshotOutlet, SnapshotPlacement, SnapshotProperty } from '../wire/snapshot.ts';
import { type Located, locate, type Request } from './request.ts';

/** A division and all that covers it, narrowest first; empty for the unknown. */
export function divisionChain(code: DivisionCode): readonly DivisionCode[] {
  if (!code) return NOWHERE;
  const known = chains.get(code);
  if (known) return known;
  const chain = chainOf(code);
  // Codes come from outside: the memory of them is bounded.
  if (chains.size >= MAX_CHAINS) chains.clear();
  chains.set(code, chain);
  return chain;
}

const NOWHERE: readonly DivisionCode[] = [];
const MAX_CHAINS = 8192;
const chains = new Map<DivisionCode, readonly DivisionCode[]>();

function chainOf(code: DivisionCode): DivisionCode[] {
  switch (divisionLevel(code)) {
    case 'province':
      return [code];
    case 'city':
      return [code, provinceOf(code)];
    case 'county':
      return [code, cityOf(code), provinceOf(code)];
    case 'township':
      return [code, countyOf(code), cityOf(code), provinceOf(code)];
  }
}

/** Ordinals used by targets; the last of each list stands for unknown. */
export const UNKNOWN_DEVICE = DEVICES.length;
export const UNKNOWN_OS = OPERATING_SYSTEMS.length;
export const UNKNOWN_CONNECTION = CONNECTIONS.indexOf('unknown');
export const UNKNOWN_CARRIER = CARRIERS.indexOf('unknown');

export interface Place {
  request: Request;
  located: Located;
  /** User's division and what covers it. */
  divisionCode: DivisionCode;
  divisions: readonly DivisionCode[];
  outletDivisions: readonly DivisionCode[];
  outletId: number;
  propertyId: number;
  placementId: number;
  tier: number;
  device: number;
  os: number;
  connection: number;
  carrier: number;
  hour: number;
  /** Segments are not read for minors. */
  minors: boolean;
}

/** Resolves where a request stands at one placement. */
export function placeOf(
  request: Request,
  placement: SnapshotPlacement,
  property: SnapshotProperty | undefined,
  outlet: SnapshotOutlet,
): Place {
  const located = locate(request, outlet);
  const { code } = located;
  return {
    request,
    located,
    divisionCode: code,
    divisions: divisionChain(code),
    outletDivisions: divisionChain(outlet.divisionCode),
    outletId: outlet.id,
    propertyId: placement.propertyId,
    placementId: placement.id,
    tier: TIERS.indexOf(outlet.tier),
    device: request.device < 0 ? UNKNOWN_DEVICE : request.device,
    os: request.os < 0 ? UNKNOWN_OS : request.os,
    connection: request.connection < 0 ? UNKNOWN_CONNECTION : request.connection,
    carrier: request.carrier < 0 ? UNKNOWN_CARRIER : request.carrier,
    hour: hourOfWeek(request.atMs),
    minors: request.forMinors || property?.forMinors === true,
  };
}
