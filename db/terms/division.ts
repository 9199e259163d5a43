/**
 * Administrative divisions (GB/T 2260). Owns the arithmetic of codes: 33 0106 → province 330000, city 330100,
 * county 330106; nine digits name a township. The names live in the database (`division`), from the seed.
 */
import { z } from 'zod';

export type DivisionCode = string;

export const divisionCodeSchema = z.string().regex(/^\d{6}(\d{3})?$/);

export type DivisionLevel = 'province' | 'city' | 'county' | 'township';

export function divisionLevel(code: DivisionCode): DivisionLevel {
  if (code.length === 9) return 'township';
  if (code.endsWith('0000')) return 'province';
  return code.endsWith('00') ? 'city' : 'county';
}

export const provinceOf = (code: DivisionCode): DivisionCode => `${code.slice(0, 2)}0000`;
export const cityOf = (code: DivisionCode): DivisionCode => `${code.slice(0, 4)}00`;
export const countyOf = (code: DivisionCode): DivisionCode => code.slice(0, 6);

/** The significant digits: a code covers every code that starts with them. */
export function divisionPrefix(code: DivisionCode): string {
  switch (divisionLevel(code)) {
    case 'province':
      return code.slice(0, 2);
    case 'city':
      return code.slice(0, 4);
    case 'county':
      return code.slice(0, 6);
    case 'township':
      return code;
  }
}

export const covers = (outer: DivisionCode, inner: DivisionCode): boolean =>
  inner.startsWith(divisionPrefix(outer));
