/** How data is fetched and kept: retries for the network's sake only, never for a refusal. */
import { QueryClient, type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useRef } from 'react';
import { Problem, problemText } from './problem.ts';
import { currentLanguage } from './words.ts';

const passing = (error: unknown): boolean =>
  error instanceof Problem && (error.status === 0 || error.status >= 502);

export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        gcTime: 5 * 60_000,
        retry: (failures, error) => failures < 2 && passing(error),
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  });

/**
 * A change. Each try carries one idempotency key until it succeeds, so a double click or a retry after a
 * lost answer buys once; what it says when it fails is shown unless the form took it.
 */
export function useChange<Input, Output>(options: {
  run: (input: Input, key: string) => Promise<Output>;
  /** Lists to fetch again. */
  refresh?: readonly QueryKey[];
  done?: (output: Output, input: Input) => void;
  /** Returns true if it has told the person. */
  failed?: (error: unknown) => boolean;
  /** What to say when it worked. */
  say?: string;
}) {
  const { message } = App.useApp();
  const client = useQueryClient();
  const key = useRef<string>(undefined);
  return useMutation({
    mutationFn: (input: Input) => {
      key.current ??= crypto.randomUUID();
      return options.run(input, key.current);
    },
    onSuccess: (output, input) => {
      key.current = undefined;
      for (const queryKey of options.refresh ?? []) void client.invalidateQueries({ queryKey });
      if (options.say) void message.success(options.say);
      options.done?.(output, input);
    },
    onError: (error) => {
      // A refusal is an answer: the corrected form is another request. A lost connection is not.
      if (error instanceof Problem && error.status >= 400 && error.status < 500) {
        key.current = undefined;
      }
      if (error instanceof Problem && error.code === 'unauthenticated') return;
      if (options.failed?.(error)) return;
      void message.error(problemText(error, currentLanguage()), 6);
    },
  });
}
