/** The review desk’s queue, as the API lists it. */
import type { Answer, api } from '../../lib/client.ts';

export type Task = Answer<Awaited<ReturnType<typeof api.review.$get>>>['items'][number];

export const REVIEW = ['review'];
