-- Why: programs of 0.1.0 go on writing while they are replaced; their sums are parts as all are now (0262). `metering_add` was never
-- in a release.

CREATE OR REPLACE FUNCTION metering_write(
  days int[], event_keys text[], kinds smallint[], at_mss bigint[], outlet_ids bigint[], placement_ids bigint[], division_codes text[], advertiser_ids bigint[],
  campaign_ids bigint[], line_item_ids bigint[], creative_ids bigint[], devices smallint[], prices bigint[], lease_ids bigint[], user_hashes text[], ivts smallint[]
) RETURNS integer LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  fresh_count integer;
BEGIN
  WITH fresh AS (
    INSERT INTO event (day, event_key, kind, at_ms, hour, outlet_id, placement_id, division_code,
      advertiser_id, campaign_id, line_item_id, creative_id, device, price_micro_cny, lease_id, user_hash, ivt)
    SELECT date '1970-01-01' + day, event_key, kind, at_ms, at_ms / 3600000, outlet_id, placement_id, division_code,
      advertiser_id, campaign_id, line_item_id, creative_id, device, price_micro_cny, lease_id, user_hash, ivt
    FROM unnest(
      days, event_keys, kinds, at_mss, outlet_ids, placement_ids, division_codes, advertiser_ids,
      campaign_ids, line_item_ids, creative_ids, devices, prices, lease_ids, user_hashes, ivts
    ) AS t(day, event_key, kind, at_ms, outlet_id, placement_id, division_code, advertiser_id,
      campaign_id, line_item_id, creative_id, device, price_micro_cny, lease_id, user_hash, ivt)
    ON CONFLICT (day, event_key) DO NOTHING
    RETURNING kind, at_ms, hour, outlet_id, placement_id, division_code, advertiser_id, campaign_id,
      line_item_id, creative_id, device, price_micro_cny, lease_id, ivt
  ),
  rolled AS (
    INSERT INTO rollup_hour AS r (hour, outlet_id, placement_id, division_code, advertiser_id, campaign_id,
      line_item_id, creative_id, device, impressions, viewables, clicks, conversions, invalid, spend_micro_cny)
    SELECT hour, min(outlet_id), placement_id, division_code, min(advertiser_id), min(campaign_id),
      line_item_id, creative_id, device,
      count(*) FILTER (WHERE kind = 1 AND ivt = 0), count(*) FILTER (WHERE kind = 2 AND ivt = 0),
      count(*) FILTER (WHERE kind = 3 AND ivt = 0), count(*) FILTER (WHERE kind = 4 AND ivt = 0),
      count(*) FILTER (WHERE ivt <> 0), sum(price_micro_cny)
    FROM fresh
    WHERE kind <= 4
    GROUP BY hour, line_item_id, placement_id, division_code, creative_id, device
  ),
  leased AS (
    INSERT INTO lease_spend AS l (day, line_item_id, lease_id, spend_micro_cny)
    SELECT date '1970-01-01'
      + (((CASE WHEN lease_id > 0 THEN lease_id / 4096 ELSE at_ms END) + 28800000) / 86400000)::int, line_item_id, lease_id, sum(price_micro_cny)
    FROM fresh
    WHERE price_micro_cny > 0
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (day, line_item_id, lease_id) DO UPDATE SET
      spend_micro_cny = l.spend_micro_cny + excluded.spend_micro_cny
  )
  SELECT count(*) INTO fresh_count FROM fresh;
  RETURN fresh_count;
END $$;

DROP FUNCTION metering_add;
