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

interface Try<Output> {
  /** Idempotency key, kept until the server has answered. */
  key: string;
  running: Promise<Output> | undefined;
}

/** A list as it will be when the change is through. */
export interface Expected {
  queryKey: QueryKey;
  // biome-ignore lint/suspicious/noExplicitAny: each list has rows of its own
  as: (old: any) => unknown;
}

/**
 * A change. The same change asked for again while it runs is the same; after a lost answer it is sent with the
 * same idempotency key: a double click or a retry buys once, and says so once. What it says when it fails is shown
 * unless the form took it.
 */
export function useChange<Input, Output>(options: {
  run: (input: Input, key: string) => Promise<Output>;
  /** Lists to fetch again. */
  refresh?: readonly QueryKey[];
  done?: (output: Output, input: Input) => void;
  /** What the lists are taken to be at once; as they were again, should it fail. */
  expect?: (input: Input) => readonly Expected[];
  /** Returns true if it has told the person. */
  failed?: (error: unknown) => boolean;
  /** What to say when it worked. */
  say?: string;
}) {
  const { message } = App.useApp();
  const client = useQueryClient();
  const tries = useRef(new Map<string, Try<Output>>());
  const latest = useRef(options);
  latest.current = options;

  const succeed = (output: Output, input: Input) => {
    const { refresh = [], say, done } = latest.current;
    for (const queryKey of refresh) void client.invalidateQueries({ queryKey });
    if (say) void message.success(say);
    done?.(output, input);
  };
  const fail = (error: unknown) => {
    if (error instanceof Problem && error.code === 'unauthenticated') return;
    if (latest.current.failed?.(error)) return;
    void message.error(problemText(error, currentLanguage()), 6);
  };
  const attempt = async (id: string, one: Try<Output>, input: Input): Promise<Output> => {
    let output: Output;
    const undo = await anticipate(client, options.expect?.(input) ?? []);
    try {
      output = await options.run(input, one.key);
    } catch (error) {
      undo();
      one.running = undefined;
      // A refusal is an answer: asked again, it is another request. A lost connection is not.
      if (error instanceof Problem && error.status >= 400 && error.status < 500) {
        tries.current.delete(id);
      }
      fail(error);
      throw error;
    }
    tries.current.delete(id);
    succeed(output, input);
    return output;
  };
  return useMutation({
    mutationFn: (input: Input) => {
      const id = identityOf(input);
      const one = tries.current.get(id) ?? { key: crypto.randomUUID(), running: undefined };
      tries.current.set(id, one);
      one.running ??= attempt(id, one, input);
      return one.running;
    },
  });
}

/** Shows what is expected, and returns the way back. A list that was never read is left alone. */
async function anticipate(client: QueryClient, expected: readonly Expected[]): Promise<() => void> {
  const known = expected.flatMap(({ queryKey, as }) => {
    const old: unknown = client.getQueryData(queryKey);
    return old === undefined ? [] : [{ queryKey, old, next: as(old) }];
  });
  // What is on its way would put the old rows back.
  await Promise.all(known.map(({ queryKey }) => client.cancelQueries({ queryKey, exact: true })));
  for (const { queryKey, next } of known) client.setQueryData(queryKey, next);
  return () => {
    for (const { queryKey, old } of known) client.setQueryData(queryKey, old);
  };
}

/** Two changes with the same text are the same change. */
function identityOf(input: unknown): string {
  const text = JSON.stringify(input, (_, value) => {
    if (value instanceof File) return [value.name, value.size, value.lastModified];
    return typeof value === 'bigint' ? String(value) : value;
  });
  return text ?? '';
}
