/** Creatives that were shown on an outlet's media, and those it refused, as the API has them. */
import { useQuery } from '@tanstack/react-query';
import { useOutletId } from '../../lib/acting.ts';
import { type Answer, api, read } from '../../lib/client.ts';

const shown = api['outlet-creatives'];
export type Shown = Answer<Awaited<ReturnType<typeof shown.$get>>>['items'][number];
export const SHOWN = ['outlet-creatives'];

export function useShown() {
  const outletId = useOutletId();
  return useQuery({
    queryKey: [...SHOWN, outletId],
    enabled: outletId > 0,
    queryFn: async () => (await read(shown.$get({ query: { outletId: String(outletId) } }))).items,
  });
}
