/**
 * The API as its own types describe it. Owns the call: cookies, problems, lost connections, expired
 * sessions; refuses to know any path by text.
 */
import { type ClientResponse, hc } from 'hono/client';
import type { AppType } from '../../api/app.ts';
import { OFFLINE, problemOf } from './problem.ts';
import { announceExpiry } from './session.ts';

/** Throws a Problem for whatever is not 2xx, so that callers read successes only. */
async function checkedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(input, { ...init, credentials: 'same-origin' });
  } catch {
    throw OFFLINE;
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.code === 'unauthenticated') announceExpiry();
  throw problem;
}

export const api = hc<AppType>(window.location.origin, { fetch: checkedFetch }).api;

/** The JSON of a call's 2xx responses, as its type says it. */
export type Answer<R> =
  R extends ClientResponse<infer T, infer S, infer F>
    ? F extends 'json'
      ? S extends 200 | 201 | 202 | 203
        ? T
        : number extends S
          ? T
          : never
      : never
    : never;

export async function read<R extends ClientResponse<unknown, number, string>>(
  call: Promise<R>,
): Promise<Answer<R>> {
  const response = await call;
  return (await response.json()) as Answer<R>;
}

/** Headers of a call that must happen once however often it is sent. */
export const once = (key: string) => ({ headers: { 'Idempotency-Key': key } });
