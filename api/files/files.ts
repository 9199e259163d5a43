/**
 * Where files are kept: a folder of this machine, or any S3-compatible store. Owns writing and reading bytes under a name;
 * refuses names that are not plain. Who may read which file is the caller's affair.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import type { Config, S3Config } from '../env.ts';

export interface FileStore {
  /** The same name again replaces the file; nobody ever reads half of one. */
  put(name: string, bytes: Uint8Array, mediaType: string): Promise<void>;
  get(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  remove(name: string): Promise<void>;
}

/** `<name>.<extension>`, at most one folder in front. */
const NAME = /^([a-z]{1,20}\/)?[\w-]{1,80}\.[a-z0-9]{1,5}$/;

function checked(name: string): string {
  if (!NAME.test(name)) throw new Error(`not the name of a file: ${name}`);
  return name;
}

const HASHED = /^[0-9a-f]{64}\./;
const TIMEOUT_MS = 30_000;

function folderStore(folder: string): FileStore {
  const pathOf = (name: string): string => join(folder, checked(name));
  return {
    async put(name, bytes) {
      const path = pathOf(name);
      // A name with a hash in it never changes what it means: written once.
      const known = HASHED.test(name) ? await stat(path).catch(() => undefined) : undefined;
      if (known?.size === bytes.length) return;
      await mkdir(dirname(path), { recursive: true });
      const partial = `${path}.${randomUUID()}`;
      await writeFile(partial, bytes);
      await rename(partial, path);
    },
    async get(name) {
      const bytes = await readFile(pathOf(name)).catch(() => undefined);
      return bytes && new Uint8Array(bytes);
    },
    remove: (name) => rm(pathOf(name), { force: true }),
  };
}

function s3Store(settings: S3Config): FileStore {
  const { accessKeyId, secretAccessKey, region } = settings;
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    region,
    service: 's3',
    retries: 2,
  });
  const call = async (name: string, init: RequestInit): Promise<Response> => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const url = `${settings.bucketUrl}/${checked(name)}`;
    const response = await client.fetch(url, { ...init, signal });
    if (response.ok || response.status === 404) return response;
    throw new Error(`the file store answered ${response.status} to ${init.method} ${name}`);
  };
  return {
    async put(name, bytes, mediaType) {
      const body = new Uint8Array(bytes);
      const headers = { 'content-type': mediaType };
      const { status } = await call(name, { method: 'PUT', headers, body });
      if (status === 404) throw new Error('the file store has no such bucket');
    },
    async get(name) {
      const response = await call(name, { method: 'GET' });
      if (response.status === 404) return undefined;
      return new Uint8Array(await response.arrayBuffer());
    },
    async remove(name) {
      await call(name, { method: 'DELETE' });
    },
  };
}

export const openFiles = (config: Pick<Config, 'assetsDir' | 's3'>): FileStore =>
  config.s3 ? s3Store(config.s3) : folderStore(config.assetsDir);
