/** Divisions in force: fetched once a visit, since they change by law and not by day. */
import { useQuery } from '@tanstack/react-query';
import { bookOf } from '../ui/counties.ts';
import { api, read } from './client.ts';

export const useCountyBook = () =>
  useQuery({
    queryKey: ['divisions'],
    queryFn: async () => bookOf((await read(api.divisions.$get())).items),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
