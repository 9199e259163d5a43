-- Why: the parts have no index, so that each hour merged reads them all: after a seeded history, or a worker that was away, hundreds of
-- hours are due at once, and are merged by one reading.

DROP FUNCTION metering_merge(integer);

-- Merges the parts of some hours. Readers see their sums before or after, never between; parts added meanwhile stay for the next
-- time, and two who merge at once wait for each other and count nothing twice. Returns how many rows it merged to.
CREATE FUNCTION metering_merge(wanted integer[]) RETURNS bigint LANGUAGE sql AS $$
  WITH parts AS (
    DELETE FROM rollup_part p USING unnest(wanted) AS w(hour) WHERE p.hour = w.hour RETURNING p.*
  ),
  merged AS (
    INSERT INTO rollup_merged AS r (hour, outlet_id, placement_id, division_code, advertiser_id, campaign_id,
      line_item_id, creative_id, device, impressions, viewables, clicks, conversions, invalid, spend_micro_cny, merged)
    SELECT hour, min(outlet_id), placement_id, division_code, min(advertiser_id), min(campaign_id), line_item_id, creative_id, device,
      sum(impressions), sum(viewables), sum(clicks), sum(conversions), sum(invalid), sum(spend_micro_cny), true
    FROM parts GROUP BY hour, line_item_id, placement_id, division_code, creative_id, device
    ORDER BY hour, line_item_id, placement_id, division_code, creative_id, device
    ON CONFLICT (hour, line_item_id, placement_id, division_code, creative_id, device) DO UPDATE SET
      impressions = r.impressions + excluded.impressions,
      viewables = r.viewables + excluded.viewables,
      clicks = r.clicks + excluded.clicks,
      conversions = r.conversions + excluded.conversions,
      invalid = r.invalid + excluded.invalid,
      spend_micro_cny = r.spend_micro_cny + excluded.spend_micro_cny
    RETURNING 1
  )
  SELECT count(*) FROM merged
$$;
