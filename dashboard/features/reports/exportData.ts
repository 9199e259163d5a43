/** Reports as files: jobs and schedules as the API has them. */
import { useQuery } from '@tanstack/react-query';
import { useAdvertiserActing } from '../../lib/acting.ts';
import { type Answer, api, read } from '../../lib/client.ts';
import type { Tone } from '../../ui/page.tsx';

const exportsApi = api['report-exports'];
const schedulesApi = api['report-schedules'];
export type ReportFile = Answer<Awaited<ReturnType<typeof exportsApi.$get>>>['items'][number];
export type Schedule = Answer<Awaited<ReturnType<typeof schedulesApi.$get>>>['items'][number];
export type NewSchedule = Parameters<typeof schedulesApi.$post>[0]['json'];

export const EXPORTS = ['report-exports'];
export const SCHEDULES = ['report-schedules'];
export const SPANS = ['yesterday', 'last7Days', 'lastWeek', 'monthToDate', 'lastMonth'] as const;
export const CADENCES = ['daily', 'weekly', 'monthly'] as const;
export const DIMENSIONS = [
  'day', 'advertiser', 'division', 'city', 'campaign', 'lineItem', 'creative', 'outlet', 'device', 'deal',
] as const; // biome-ignore format: one list

/** Whoever buys for one advertiser does not ask which. */
export function useDimensions(): readonly (typeof DIMENSIONS)[number][] {
  const several = useAdvertiserActing().ids.length > 1;
  return several ? DIMENSIONS : DIMENSIONS.filter((one) => one !== 'advertiser');
}

export const FILE_TONES: Record<ReportFile['status'], Tone> = {
  queued: 'warn',
  running: 'busy',
  ready: 'good',
  failed: 'bad',
  expired: 'quiet',
};

const isOpen = (row: ReportFile): boolean => row.status === 'queued' || row.status === 'running';

/** The latest hundred; looked at every two seconds while one is being made. */
export const useReportFiles = () =>
  useQuery({
    queryKey: EXPORTS,
    queryFn: async () => (await read(exportsApi.$get({ query: { limit: '100' } }))).items,
    refetchInterval: ({ state }) => (state.data?.some(isOpen) ? 2_000 : 30_000),
  });

export const useSchedules = () =>
  useQuery({
    queryKey: SCHEDULES,
    queryFn: async () => (await read(schedulesApi.$get())).items,
  });
