/** Whose advertisers and campaigns are, and what every change to them is given. */
import type { Db } from '../../db/client.ts';
import { advertiser, campaign } from '../../db/schema/campaigns.ts';
import type { Clock } from '../../db/terms/day.ts';
import type { Ownership } from '../http/auth.ts';

export type DemandContext = { db: Db; clock: Clock };

export const advertiserOwnership: Ownership = {
  table: advertiser,
  id: advertiser.id,
  advertiser: advertiser.id,
};

export const campaignOwnership: Ownership = {
  table: campaign,
  id: campaign.id,
  advertiser: campaign.advertiserId,
};
