/**
 * Whose turn it is at a placement whose day is sold by slots. Owns the rotation: each impression falls to one of the day's
 * slots by its instant, every slot equally often; slots that nobody bought are the auction's. Pure.
 */
import { dayOf } from '../../db/terms/day.ts';
import type { BookedVoice } from '../wire/snapshot.ts';

/** Slot of an impression, 1 … slots. Scrambled, for creatives rotate by the same instant. */
export function slotAt(atMs: number, slots: number): number {
  let x = Math.imul(atMs ^ (atMs >>> 16), 0x45d9f3b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  return 1 + (((x ^ (x >>> 13)) >>> 0) % slots);
}

export function isItsTurn(booked: BookedVoice | undefined, atMs: number): boolean {
  const slots = booked?.days[dayOf(atMs)];
  return slots?.includes(slotAt(atMs, booked?.slotsADay ?? 1)) ?? false;
}
