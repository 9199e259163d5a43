/** Whether the window is a phone's: the width below which tables become cards and the menu tabs. */
import { useSyncExternalStore } from 'react';

const query = window.matchMedia('(max-width: 720px)');

export const useNarrow = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => query.matches,
  );
