/** Fills an empty database with the demo province, in a process of its own that may use much memory. */
import { Redis } from 'ioredis';
import { readConfig } from '../../api/env.ts';
import { createAlipay } from '../../api/payments/alipay/client.ts';
import { connect } from '../../db/client.ts';
import { seed } from '../../db/seed/seed.ts';

const config = readConfig(process.env);
const clock = () => Date.now();
const db = connect(config.databaseUrl);
const redis = new Redis(config.redisUrl);
const alipay = createAlipay({
  ...config.alipay,
  notifyUrl: `${config.publicUrl}/api/payments/alipay/notify`,
  clock,
});
await seed({ db, redis, clock, config, alipay });
redis.disconnect();
await db.$client.end();
