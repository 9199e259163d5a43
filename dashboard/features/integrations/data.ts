/** Webhooks as the API lists them. */
import type { Answer, api } from '../../lib/client.ts';

export type Webhook = Answer<Awaited<ReturnType<typeof api.webhooks.$get>>>['items'][number];

export const WEBHOOKS = ['webhooks'];
