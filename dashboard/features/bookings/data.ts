/** Bookings as both sides see them: the calendar, lines to answer, days to prove or judge, changes asked for. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import { count } from '../../lib/format.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import type { Tone } from '../../ui/page.tsx';

const calendar = api['booking-calendar'];
const changes = api['booking-changes'];
export type Place = Answer<Awaited<ReturnType<typeof calendar.$get>>>['items'][number];
export type Held = Place['held'][number];
export type Line = Answer<Awaited<ReturnType<typeof api.bookings.$get>>>['items'][number];
export type LineDetail = Answer<Awaited<ReturnType<(typeof api.bookings)[':id']['$get']>>>;
export type BookedDay = Answer<Awaited<ReturnType<typeof api.fulfilment.$get>>>['items'][number];
export type Change = Answer<Awaited<ReturnType<typeof changes.$get>>>['items'][number];

export const BOOKINGS = ['bookings'];

/** Of guaranteed impressions: shown of promised. */
export const shownOf = (line: Pick<Line, 'impressions' | 'shown'>): string =>
  line.impressions === null ? '—' : `${count(line.shown)} / ${count(line.impressions)}`;

export const DAY_TONES: Record<BookedDay['status'], Tone> = {
  sold: 'quiet',
  proved: 'busy',
  delivered: 'good',
  missed: 'bad',
  made_good: 'good',
  released: 'quiet',
  cancelled: 'quiet',
};

export const useCalendar = (from: string, to: string) =>
  useQuery({
    queryKey: [...BOOKINGS, 'calendar', from, to],
    queryFn: () => read(calendar.$get({ query: { from, to } })),
    placeholderData: (old) => old,
  });

export const useOpenLines = () =>
  useQuery({
    queryKey: [...BOOKINGS, 'open'],
    queryFn: () =>
      everyPage((cursor) =>
        read(
          api.bookings.$get({
            query: { status: 'open', orderStatus: 'reserved', limit: PAGE_LIMIT, cursor },
          }),
        ),
      ),
  });

const RUNNING = ['booked', 'in_flight'] as const;

/** Lines that are agreed and in force. */
export const useBookedLines = () =>
  useQuery({
    queryKey: [...BOOKINGS, 'booked'],
    queryFn: async () => {
      const lists = RUNNING.map((orderStatus) =>
        everyPage((cursor) =>
          read(api.bookings.$get({ query: { orderStatus, limit: PAGE_LIMIT, cursor } })),
        ),
      );
      return (await Promise.all(lists)).flat();
    },
  });

export type FulfilmentStatus = 'due' | BookedDay['status'];

export const useFulfilment = (status: FulfilmentStatus, orderId?: string) =>
  useQuery({
    queryKey: [...BOOKINGS, 'fulfilment', status, orderId],
    queryFn: () =>
      everyPage((cursor) =>
        read(
          api.fulfilment.$get({
            query: { status, limit: PAGE_LIMIT, cursor, ...(orderId ? { orderId } : {}) },
          }),
        ),
      ),
  });

export const useOpenChanges = () =>
  useQuery({
    queryKey: [...BOOKINGS, 'changes'],
    queryFn: () =>
      everyPage((cursor) =>
        read(changes.$get({ query: { status: 'open', limit: PAGE_LIMIT, cursor } })),
      ),
    // The other side writes while one looks.
    refetchInterval: 30_000,
  });

export const useAvailability = (placementId: number | undefined, from: string, to: string) =>
  useQuery({
    queryKey: ['availability', placementId, from, to],
    enabled: placementId !== undefined && from <= to,
    queryFn: () =>
      read(api.availability.$get({ query: { placementId: String(placementId), from, to } })),
  });
