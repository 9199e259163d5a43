/** Files to the asset store, with progress: `fetch` tells none of an upload, so this one call is made the older way. */
import type { Answer, api } from './client.ts';
import { OFFLINE, problemOf } from './problem.ts';
import { announceExpiry } from './session.ts';

export type Asset = Answer<Awaited<ReturnType<typeof api.assets.$post>>>;

export interface UploadProgress {
  /** 0 … 1 */
  onProgress?: (share: number) => void;
  signal?: AbortSignal;
  /** Sent once however often it is tried. */
  key?: string;
}

/** POSTs multipart fields to one of the API's upload paths. Fails with a Problem, as every other call does. */
export function upload<T>(
  path: string,
  fields: Record<string, string | Blob>,
  { onProgress, signal, key }: UploadProgress = {},
): Promise<T> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    if (key) request.setRequestHeader('Idempotency-Key', key);
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total > 0 ? loaded / total : 0);
    request.onerror = () => reject(OFFLINE);
    request.onabort = () => reject(OFFLINE);
    signal?.addEventListener('abort', () => request.abort());
    request.onload = async () => {
      if (request.status < 300) return resolve(JSON.parse(request.responseText) as T);
      const { status, responseText } = request;
      const problem = await problemOf(new Response(responseText, { status }));
      if (problem.code === 'unauthenticated') announceExpiry();
      reject(problem);
    };
    request.send(body);
  });
}

export const uploadAsset = (advertiserId: number, file: Blob, progress?: UploadProgress) =>
  upload<Asset>('/api/assets', { advertiserId: String(advertiserId), file }, progress);
