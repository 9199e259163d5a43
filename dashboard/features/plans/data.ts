/** Media plans as the API has them. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import type { Tone } from '../../ui/page.tsx';

const one = api.plans[':id'];
export type Plan = Answer<Awaited<ReturnType<typeof one.$get>>>;
export type PlanLine = Plan['lines'][number];
export type NewPlan = Parameters<typeof api.plans.$post>[0]['json'];
export type LineEdit = NonNullable<Parameters<typeof one.$patch>[0]['json']['lines']>[number];

export const PLANS = ['plans'];
export const PLAN_TONES: Record<Plan['status'], Tone> = {
  draft: 'warn',
  converted: 'good',
  discarded: 'quiet',
};

export const usePlans = () =>
  useQuery({
    queryKey: PLANS,
    queryFn: () =>
      everyPage((cursor) => read(api.plans.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

export const usePlan = (id: string) =>
  useQuery({ queryKey: [...PLANS, id], queryFn: () => read(one.$get({ param: { id } })) });
