/** Where the deployment is: from the environment, else the demo that runs here. */
import { findRunning } from '../demo/place.ts';

export interface Places {
  databaseUrl: string;
  redisUrl: string;
  replicaUrl?: string | undefined;
  publicUrl: string | undefined;
  exchangeUrl: string | undefined;
  /** A demo brings its own keys and servers: some advice is not for it. */
  demo: boolean;
}

export function findPlaces(env: NodeJS.ProcessEnv): Places | null {
  if (env.DATABASE_URL && env.REDIS_URL) {
    return {
      databaseUrl: env.DATABASE_URL,
      redisUrl: env.REDIS_URL,
      replicaUrl: env.DATABASE_REPLICA_URL,
      publicUrl: env.PUBLIC_URL,
      exchangeUrl: env.EXCHANGE_URL,
      demo: false,
    };
  }
  const running = findRunning();
  return running && { ...running, demo: true };
}
