/** What an organisation knows of readers, has told, or is told, on the other side of the market. */
import type { Db } from '../../../db/client.ts';
import { creativeArchive, qualification } from '../../../db/schema/archive.ts';
import { segment } from '../../../db/schema/audiences.ts';
import { asset } from '../../../db/schema/creatives.ts';
import { feedbackCase } from '../../../db/schema/feedback.ts';
import { reportExport, reportSchedule } from '../../../db/schema/reports.ts';
import { webhookDelivery, webhookEndpoint, webhookEvent } from '../../../db/schema/webhooks.ts';
import { first, SECRET } from './papers.ts';

interface Parties {
  organizationId: string;
  advertiserId: number;
  creativeId: number;
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
    ...(await insertKept(db, who)),
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

/** Files, papers, the archive, and what readers said. */
async function insertKept(db: Db, { advertiserId, creativeId, nowMs }: Parties) {
  const at = new Date(nowMs);
  const paper = { advertiserId, kind: 'other' as const, number: SECRET };
  const said = { advertiserId, creativeId, kind: 'report' as const, reason: SECRET };
  const version = {
    creativeId,
    contentHash: SECRET,
    advertiserId,
    advertiserName: SECRET,
    versionShown: {},
    verdict: {},
    papers: [],
    approvedAt: at,
    keepUntil: '2099-01-01',
  };
  return {
    qualificationId: await first(
      db.insert(qualification).values(paper).returning({ id: qualification.id }),
    ),
    archiveId: await first(
      db.insert(creativeArchive).values(version).returning({ id: creativeArchive.id }),
    ),
    caseId: await first(
      db
        .insert(feedbackCase)
        .values({ ...said, firstAt: at, lastAt: at })
        .returning({ id: feedbackCase.id }),
    ),
    assetId: await first(
      db
        .insert(asset)
        .values({ advertiserId, sha256: SECRET, mediaType: 'image/png', bytes: 1 })
        .returning({ id: asset.id }),
    ),
  };
}
