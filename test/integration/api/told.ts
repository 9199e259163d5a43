/** What an organisation knows of readers, has told, or is told, on the other side of the market. */
import type { Db } from '../../../db/client.ts';
import { segment } from '../../../db/schema/audiences.ts';
import { reportExport, reportSchedule } from '../../../db/schema/reports.ts';
import { webhookDelivery, webhookEndpoint, webhookEvent } from '../../../db/schema/webhooks.ts';
import { first, SECRET } from './papers.ts';

interface Parties {
  organizationId: string;
  advertiserId: number;
  by: string;
  nowMs: number;
}

/** What an organisation has told or sent to it. */
export async function insertTold(db: Db, who: Parties) {
  const { organizationId, advertiserId, by, nowMs } = who;
  const at = new Date(nowMs);
  const endpoint = {
    organizationId,
    name: SECRET,
    url: 'https://x.cn/',
    kinds: ['*'],
    secret: SECRET,
  };
  const webhookId = await first(
    db.insert(webhookEndpoint).values(endpoint).returning({ id: webhookEndpoint.id }),
  );
  const news = { organizationId, kind: 'ping', subject: SECRET, payload: {} };
  const eventId = await first(
    db.insert(webhookEvent).values(news).returning({ id: webhookEvent.id }),
  );
  const report = {
    organizationId,
    userId: by,
    name: SECRET,
    kind: 'spend' as const,
    query: {},
    format: 'csv' as const,
  };
  const plan = { span: 'yesterday' as const, cadence: 'daily' as const, hourOfDay: 9 };
  const segmentId = await first(
    db
      .insert(segment)
      .values({
        advertiserId,
        name: SECRET,
        kind: 'upload',
        definition: {},
        consentBasis: 'consent',
        consentNote: SECRET,
        memberDays: 30,
      })
      .returning({ id: segment.id }),
  );
  return {
    segmentId,
    webhookId,
    deliveryId: await first(
      db
        .insert(webhookDelivery)
        .values({ organizationId, endpointId: webhookId, eventId })
        .returning({ id: webhookDelivery.id }),
    ),
    exportId: await first(
      db
        .insert(reportExport)
        .values({ ...report, requestedAt: at })
        .returning({ id: reportExport.id }),
    ),
    scheduleId: await first(
      db
        .insert(reportSchedule)
        .values({ ...report, ...plan, nextRunAt: at })
        .returning({ id: reportSchedule.id }),
    ),
  };
}
