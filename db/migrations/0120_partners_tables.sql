-- Why: who buys through OpenRTB from outside and who sells to us from outside, as data, so that a partner is opened, slowed or
-- closed in the console and every node follows without a restart.

-- A demand partner buys through one line item of one advertiser of its own: what it owes is metered, charged and split like any
-- other purchase, and its wallet (or its credit) bounds it.
CREATE TABLE demand_partner (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  code text NOT NULL UNIQUE,
  name text NOT NULL,
  advertiser_id bigint NOT NULL REFERENCES advertiser(id),
  campaign_id bigint NOT NULL REFERENCES campaign(id),
  line_item_id bigint NOT NULL UNIQUE REFERENCES line_item(id),
  seat text NOT NULL,
  url text NOT NULL,
  timeout_ms integer NOT NULL CHECK (timeout_ms BETWEEN 10 AND 5000),
  qps integer NOT NULL CHECK (qps BETWEEN 1 AND 100000),
  gzip boolean NOT NULL DEFAULT false,
  formats jsonb NOT NULL DEFAULT '[]'::jsonb,
  divisions jsonb NOT NULL DEFAULT '[]'::jsonb,
  outlet_ids jsonb NOT NULL DEFAULT '[]'::jsonb,
  discount_percent integer NOT NULL DEFAULT 0 CHECK (discount_percent BETWEEN 0 AND 90),
  status text NOT NULL DEFAULT 'paused' CHECK (status IN ('active', 'paused', 'closed')),
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX demand_partner_advertiser ON demand_partner (advertiser_id);

-- A supply partner is an outlet that sells others' pages: its account, contract and statements are that outlet's. Of its keys only
-- digests are kept; the one before stays good while the partner changes over.
CREATE TABLE supply_partner (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  code text NOT NULL UNIQUE,
  name text NOT NULL,
  outlet_id bigint NOT NULL UNIQUE REFERENCES outlet(id),
  domain text NOT NULL,
  key_sha256 text NOT NULL,
  key_prefix text NOT NULL,
  previous_key_sha256 text,
  previous_key_until timestamptz,
  qps integer NOT NULL CHECK (qps BETWEEN 1 AND 100000),
  require_schain boolean NOT NULL DEFAULT true,
  take_percent integer NOT NULL DEFAULT 0 CHECK (take_percent BETWEEN 0 AND 90),
  status text NOT NULL DEFAULT 'paused' CHECK (status IN ('active', 'paused', 'closed')),
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- What a supply partner says a sale cleared at, letter by letter as it said it; read and bounded beside it. One row a bid, never
-- edited: reconciliation compares it with what was counted.
CREATE TABLE partner_report (
  event_key text PRIMARY KEY,
  supply_partner_id bigint NOT NULL REFERENCES supply_partner(id),
  outlet_id bigint NOT NULL REFERENCES outlet(id),
  placement_id bigint NOT NULL,
  line_item_id bigint NOT NULL,
  day date NOT NULL,
  at timestamptz NOT NULL,
  price_raw text NOT NULL,
  bid_micro_cny bigint NOT NULL,
  -- Null where what was said cannot be read; never above the bid.
  settled_micro_cny bigint
);
CREATE INDEX partner_report_day ON partner_report (supply_partner_id, day);
CREATE FUNCTION partner_report_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what a partner reported is kept as it came' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER partner_report_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON partner_report
  FOR EACH STATEMENT EXECUTE FUNCTION partner_report_refuse_change();

-- Sold to and bought from each partner, a Shanghai day a row: what was counted here, and for supply what the partner reported.
CREATE VIEW partner_day AS
SELECT 'demand'::text AS side, d.id AS partner_id, d.advertiser_id, NULL::bigint AS outlet_id,
  ((r.hour::bigint * 3600 + 28800) / 86400)::integer + date '1970-01-01' AS day,
  sum(r.impressions)::bigint AS impressions, sum(r.clicks)::bigint AS clicks, sum(r.invalid)::bigint AS invalid,
  sum(r.spend_micro_cny)::bigint AS amount_micro_cny, NULL::bigint AS reported_impressions, NULL::bigint AS reported_micro_cny
FROM demand_partner d JOIN rollup_hour r ON r.line_item_id = d.line_item_id
GROUP BY d.id, 5
UNION ALL
SELECT 'supply', s.id, NULL, s.outlet_id, c.day,
  c.impressions, c.clicks, c.invalid, c.amount_micro_cny, coalesce(p.impressions, 0), coalesce(p.amount_micro_cny, 0)
FROM supply_partner s
JOIN (
  SELECT outlet_id, ((hour::bigint * 3600 + 28800) / 86400)::integer + date '1970-01-01' AS day,
    sum(impressions)::bigint AS impressions, sum(clicks)::bigint AS clicks, sum(invalid)::bigint AS invalid,
    sum(spend_micro_cny)::bigint AS amount_micro_cny
  FROM rollup_hour GROUP BY 1, 2
) c ON c.outlet_id = s.outlet_id
LEFT JOIN (
  SELECT supply_partner_id, day, count(settled_micro_cny)::bigint AS impressions,
    sum(settled_micro_cny)::bigint AS amount_micro_cny
  FROM partner_report GROUP BY 1, 2
) p ON p.supply_partner_id = s.id AND p.day = c.day;

CREATE TRIGGER delivery_inserted AFTER INSERT ON demand_partner REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION delivery_changed('demandPartner', 'id');
CREATE TRIGGER delivery_updated AFTER UPDATE ON demand_partner REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION delivery_changed('demandPartner', 'id');
CREATE TRIGGER delivery_inserted AFTER INSERT ON supply_partner REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION delivery_changed('supplyPartner', 'id');
CREATE TRIGGER delivery_updated AFTER UPDATE ON supply_partner REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION delivery_changed('supplyPartner', 'id');
