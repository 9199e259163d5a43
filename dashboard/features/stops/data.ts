/** What a stop can be about, as the API has it: an advertiser's creatives and line items by name. */
import { useQuery } from '@tanstack/react-query';
import { api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';

export const STOPS = ['stops'];
export const SCOPES = ['creative', 'lineItem', 'advertiser', 'category', 'all'] as const;
export type Scope = (typeof SCOPES)[number];

const lists = { creative: api.creatives, lineItem: api['line-items'] };

/** Nothing is asked for until an advertiser is chosen. */
export const useSubjectsOf = (scope: keyof typeof lists, advertiserId: number | undefined) =>
  useQuery({
    queryKey: [...STOPS, 'subjects', scope, advertiserId],
    enabled: advertiserId !== undefined,
    queryFn: async () => {
      const query = { advertiserId: String(advertiserId), limit: PAGE_LIMIT };
      const rows = await everyPage<{ id: number; name: string }>((cursor) =>
        scope === 'creative'
          ? read(lists.creative.$get({ query: { ...query, cursor } }))
          : read(lists.lineItem.$get({ query: { ...query, cursor } })),
      );
      return rows.map(({ id, name }) => ({ value: String(id), label: `${name} #${id}` }));
    },
  });
