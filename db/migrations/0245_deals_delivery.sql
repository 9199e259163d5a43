-- Why: what is delivered by a deal is counted by the deal's own id, which tokens and events carry, and no longer guessed from who bought
-- where: a partner buys openly and by deals through one line item, and a line item may buy by several deals of one outlet. Any deal may
-- now have a quantity: promised by a guaranteed one, the most that another one allows.

ALTER TABLE event ADD COLUMN deal_id bigint;

-- No key to `deal`: a batch of events is never held up by what they name.
CREATE TABLE deal_hour (
  deal_id         bigint NOT NULL,
  hour            integer NOT NULL,
  line_item_id    bigint NOT NULL,
  placement_id    bigint NOT NULL,
  outlet_id       bigint NOT NULL,
  advertiser_id   bigint NOT NULL,
  impressions     bigint NOT NULL DEFAULT 0,
  viewables       bigint NOT NULL DEFAULT 0,
  clicks          bigint NOT NULL DEFAULT 0,
  invalid         bigint NOT NULL DEFAULT 0,
  spend_micro_cny bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (deal_id, hour, line_item_id, placement_id)
) WITH (fillfactor = 70);

ALTER TABLE deal DROP CONSTRAINT deal_quantity;
ALTER TABLE deal ADD CONSTRAINT deal_quantity CHECK (kind <> 'guaranteed' OR impressions IS NOT NULL);

-- What was delivered until now, as it was counted until now: by the deal's line items, or its partner's, at its placements in its days.
-- Where several deals fit, the first one has it: nothing counts twice.
INSERT INTO deal_hour (deal_id, hour, line_item_id, placement_id, outlet_id, advertiser_id,
  impressions, viewables, clicks, invalid, spend_micro_cny)
SELECT min(d.id), r.hour, r.line_item_id, r.placement_id, r.outlet_id, r.advertiser_id,
  r.impressions, r.viewables, r.clicks, r.invalid, r.spend_micro_cny
FROM deal d
JOIN deal_placement p ON p.deal_id = d.id
JOIN (
  SELECT deal_id, line_item_id FROM deal_line_item
  UNION SELECT d.id, m.line_item_id FROM demand_partner m JOIN deal d ON d.demand_partner_id = m.id
) b ON b.deal_id = d.id
JOIN (
  SELECT hour, line_item_id, placement_id, min(outlet_id) AS outlet_id, min(advertiser_id) AS advertiser_id,
    sum(impressions)::bigint AS impressions, sum(viewables)::bigint AS viewables, sum(clicks)::bigint AS clicks,
    sum(invalid)::bigint AS invalid, sum(spend_micro_cny)::bigint AS spend_micro_cny
  FROM rollup_hour GROUP BY 1, 2, 3
) r ON r.line_item_id = b.line_item_id AND r.placement_id = p.placement_id
  AND ((r.hour::bigint * 3600 + 28800) / 86400)::integer + date '1970-01-01' BETWEEN d.starts_on AND d.ends_on
WHERE d.kind = 'guaranteed' AND d.status IN ('active', 'paused', 'ended')
GROUP BY r.hour, r.line_item_id, r.placement_id, r.outlet_id, r.advertiser_id,
  r.impressions, r.viewables, r.clicks, r.invalid, r.spend_micro_cny;
