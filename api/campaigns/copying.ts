/** A line item and the creatives it shows, once more: what a copied campaign and a copied line item have in common. */
import { eq } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { lineItem, lineItemCreative } from '../../db/schema/campaigns.ts';

export async function copyLineItemInto(
  db: Db,
  item: typeof lineItem.$inferSelect,
  campaignId: number,
  name: string,
) {
  const { id, createdAt, updatedAt, version, status, ...fields } = item;
  const [copy] = await db
    .insert(lineItem)
    .values({ ...fields, campaignId, name })
    .returning();
  if (!copy) throw new Error('insert returned nothing');
  const links = await db
    .select({ creativeId: lineItemCreative.creativeId })
    .from(lineItemCreative)
    .where(eq(lineItemCreative.lineItemId, id));
  if (links.length > 0) {
    await db
      .insert(lineItemCreative)
      .values(links.map(({ creativeId }) => ({ lineItemId: copy.id, creativeId })));
  }
  return copy;
}
