-- Why: events go into their day's partition by COPY, in bulk and straight to where they belong, and the sums of a batch are made
-- by whoever writes it: 6 µs of PostgreSQL an event, where INSERT … ON CONFLICT with the sums in the same statement took 15.
-- COPY does not know row-level security, which stands on the parent; on a partition nobody has rights but its owner and now
-- the worker, to add rows. `metering_write` stays for programs of the release before.

CREATE OR REPLACE FUNCTION event_partition(wanted date) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  name text := 'event_' || to_char(wanted, 'YYYYMMDD');
BEGIN
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(7071, wanted - date '2000-01-01');
  -- Asked of the table, not of to_regclass: its cached "no" would outlive the wait for the lock.
  IF EXISTS (SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'event'::regclass AND c.relname = name) THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I PARTITION OF event FOR VALUES FROM (%L) TO (%L)', name, wanted, wanted + 1);
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hongze_worker') THEN
    EXECUTE format('GRANT INSERT ON %I TO hongze_worker', name);
  END IF;
END $$;

DO $$
DECLARE
  partition regclass;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hongze_worker') THEN RETURN; END IF;
  FOR partition IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'event'::regclass LOOP
    EXECUTE format('GRANT INSERT ON %s TO hongze_worker', partition);
  END LOOP;
END $$;

-- Adds the sums of new events to those that stand. A function, so that PostgreSQL keeps its plan.
CREATE FUNCTION metering_add(
  hours int[], outlet_ids bigint[], placement_ids bigint[], division_codes text[], advertiser_ids bigint[], campaign_ids bigint[], line_item_ids bigint[],
  creative_ids bigint[], devices smallint[], impression_counts int[], viewable_counts int[], click_counts int[], conversion_counts int[],
  invalid_counts int[], spends bigint[], lease_days date[], lease_line_item_ids bigint[], lease_ids bigint[], lease_spends bigint[]
) RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO rollup_hour AS r (hour, outlet_id, placement_id, division_code, advertiser_id, campaign_id,
    line_item_id, creative_id, device, impressions, viewables, clicks, conversions, invalid, spend_micro_cny)
  SELECT * FROM unnest(
    hours, outlet_ids, placement_ids, division_codes, advertiser_ids, campaign_ids, line_item_ids, creative_ids, devices,
    impression_counts, viewable_counts, click_counts, conversion_counts, invalid_counts, spends
  ) AS t(hour, outlet_id, placement_id, division_code, advertiser_id, campaign_id, line_item_id, creative_id, device,
    impressions, viewables, clicks, conversions, invalid, spend_micro_cny)
  -- One order for every consumer, so that two batches never wait for each other in a ring.
  ORDER BY hour, line_item_id, placement_id, division_code, creative_id, device
  ON CONFLICT (hour, line_item_id, placement_id, division_code, creative_id, device) DO UPDATE SET
    impressions = r.impressions + excluded.impressions,
    viewables = r.viewables + excluded.viewables,
    clicks = r.clicks + excluded.clicks,
    conversions = r.conversions + excluded.conversions,
    invalid = r.invalid + excluded.invalid,
    spend_micro_cny = r.spend_micro_cny + excluded.spend_micro_cny;
  INSERT INTO lease_spend AS l (day, line_item_id, lease_id, spend_micro_cny)
  SELECT * FROM unnest(lease_days, lease_line_item_ids, lease_ids, lease_spends)
    AS t(day, line_item_id, lease_id, spend_micro_cny)
  ORDER BY day, line_item_id, lease_id
  ON CONFLICT (day, line_item_id, lease_id) DO UPDATE SET
    spend_micro_cny = l.spend_micro_cny + excluded.spend_micro_cny;
END $$;
