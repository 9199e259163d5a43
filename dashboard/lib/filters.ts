/** Filters live in the URL: a reload, a shared link and the back button keep them. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

export type Filters = Record<string, string | undefined>;

/** What the URL's search part says, as text; validated by whoever reads a parameter. */
export function readSearch(search: Record<string, unknown>): Filters {
  return Object.fromEntries(
    Object.entries(search).flatMap(([key, value]) =>
      value === undefined || value === null || typeof value === 'object'
        ? []
        : [[key, String(value)]],
    ),
  );
}

export function useFilters(): { filters: Filters; set: (changes: Filters) => void } {
  const filters = useSearch({ strict: false }) as Filters;
  const navigate = useNavigate();
  const set = useCallback(
    (changes: Filters) => {
      void navigate({
        to: '.',
        search: ((old: Filters) => ({ ...old, ...changes })) as never,
        replace: true,
        resetScroll: false,
      });
    },
    [navigate],
  );
  return { filters, set };
}
