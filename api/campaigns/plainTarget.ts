/**
 * Targets as a sheet can hold them: places, devices and hours, all of which must hold. Owns the reading of names and codes
 * into a target and back; a target that is more than that is left alone. Pure.
 */

import { DEVICES, type Device } from '../../db/terms/market.ts';
import type { Target } from '../../db/terms/target.ts';

export interface PlainTarget {
  divisionCodes: string[];
  devices: Device[];
  /** Hours of every day, `from` included, `to` not; null: all day. */
  hours: { from: number; to: number } | null;
}

export const toTarget = (plain: PlainTarget): Target => {
  const all: Target[] = [];
  if (plain.divisionCodes.length > 0) all.push({ attribute: 'division', in: plain.divisionCodes });
  if (plain.devices.length > 0) all.push({ attribute: 'device', in: plain.devices });
  if (plain.hours) all.push({ attribute: 'hourOfWeek', in: hoursOfWeek(plain.hours) });
  return { all };
};

const hoursOfWeek = ({ from, to }: { from: number; to: number }): number[] =>
  Array.from({ length: 168 }, (_, hour) => hour).filter(
    (hour) => hour % 24 >= from && hour % 24 < to,
  );

/** Undefined where the target says more than a sheet can. */
export function fromTarget(target: Target): PlainTarget | undefined {
  if (!('all' in target)) return undefined;
  const plain: PlainTarget = { divisionCodes: [], devices: [], hours: null };
  const seen = new Set<string>();
  for (const part of target.all) {
    if (!('attribute' in part) || seen.has(part.attribute)) return undefined;
    seen.add(part.attribute);
    if (part.attribute === 'division') plain.divisionCodes = part.in;
    else if (part.attribute === 'device') plain.devices = part.in;
    else if (part.attribute === 'hourOfWeek') {
      const hours = [...new Set(part.in.map((hour) => hour % 24))].sort((a, b) => a - b);
      const span = { from: hours[0] ?? 0, to: (hours.at(-1) ?? 23) + 1 };
      if (hoursOfWeek(span).join() !== [...part.in].sort((a, b) => a - b).join()) return undefined;
      plain.hours = span;
    } else return undefined;
  }
  return plain;
}

const DEVICE_WORDS: Record<string, Device> = {
  手机: 'mobile', 平板: 'tablet', 电脑: 'desktop', 电视: 'tv', 户外屏: 'dooh',
}; // biome-ignore format: a word list

export const deviceOf = (word: string): Device | undefined =>
  DEVICE_WORDS[word] ?? DEVICES.find((one) => one === word.toLowerCase());

export interface NamedDivision {
  code: string;
  nameZh: string;
  parentCode: string | null;
}

/** The code of a name or code; every code a name could be, where it is not one alone. */
export function divisionsNamed(word: string, known: readonly NamedDivision[]): string[] {
  if (/^\d{6}(\d{3})?$/.test(word)) {
    return known.some((one) => one.code === word.slice(0, 6)) ? [word] : [];
  }
  const parentName = (one: NamedDivision) =>
    known.find((parent) => parent.code === one.parentCode)?.nameZh ?? '';
  return known
    .filter((one) => one.nameZh === word || `${parentName(one)}${one.nameZh}` === word)
    .map((one) => one.code);
}
