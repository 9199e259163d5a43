/** Supply as the API has it. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';

export type Placement = Answer<Awaited<ReturnType<typeof api.placements.$get>>>['items'][number];
export type Property = Answer<Awaited<ReturnType<typeof api.properties.$get>>>['items'][number];
type RatesCall = (typeof api)['rate-cards']['$get'];
export type Rate = Answer<Awaited<ReturnType<RatesCall>>>['items'][number];

export const PLACEMENTS = ['placements'];
export const PROPERTIES = ['properties'];
export const RATES = ['rate-cards'];

export const usePlacements = () =>
  useQuery({
    queryKey: PLACEMENTS,
    queryFn: () =>
      everyPage((cursor) => read(api.placements.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

export const useProperties = () =>
  useQuery({
    queryKey: PROPERTIES,
    queryFn: () =>
      everyPage((cursor) => read(api.properties.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

export const useRates = () =>
  useQuery({
    queryKey: RATES,
    queryFn: () =>
      everyPage((cursor) => read(api['rate-cards'].$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

/** `640x100, 1080x1920` → sizes; undefined where a part is no size. */
export function readSizes(text: string): { w: number; h: number }[] | undefined {
  const parts = text.split(/[,，\s]+/).filter(Boolean);
  const sizes = parts.map((part) => {
    const [, w, h] = /^(\d{1,4})[x×*](\d{1,4})$/i.exec(part) ?? [];
    return { w: Number(w), h: Number(h) };
  });
  return sizes.every(({ w, h }) => w > 0 && h > 0) ? sizes : undefined;
}

export const sizesText = (sizes: readonly { w: number; h: number }[]): string =>
  sizes.map(({ w, h }) => `${w}×${h}`).join(', ');
