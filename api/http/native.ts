/**
 * Modules that are machine code (sharp, jieba). Loaded when first used and never imported: the edge's bundler cannot carry them,
 * and a Worker could not run them. There the request that needs one is answered with 501.
 */
import { createRequire } from 'node:module';
import { Failure } from '../../db/terms/failure.ts';

/** @throws Failure `not_on_edge` where this process cannot load it. */
export function loadNative<Module>(name: string): Module {
  try {
    return createRequire(import.meta.url)(name) as Module;
  } catch (error) {
    // A Node process that lacks it is installed wrongly: that is a bug, and shown as one.
    needNode(
      `该功能需要本机模块 ${name}，仅由 Node 进程提供`,
      `this needs the native module ${name}, which only the Node process has`,
    );
    throw error;
  }
}

/** @throws Failure `not_on_edge` on a Worker. */
export function needNode(zh: string, en: string): void {
  if (isWorker()) throw new Failure('not_on_edge', { zh, en });
}

const isWorker = (): boolean => globalThis.navigator?.userAgent === 'Cloudflare-Workers';
