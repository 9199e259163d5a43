-- Why: what a buyer and an outlet have agreed beside the open market: private auctions with a floor of their own, preferred access
-- at a fixed price, guaranteed quantities. A deal binds when both sides have agreed to the very same terms.

CREATE TABLE deal (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  -- What OpenRTB calls the deal's id.
  code text NOT NULL UNIQUE,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('pmp', 'preferred', 'guaranteed')),
  outlet_id bigint NOT NULL REFERENCES outlet(id),
  -- The buyer: an advertiser here, or a demand partner.
  advertiser_id bigint REFERENCES advertiser(id),
  demand_partner_id bigint REFERENCES demand_partner(id),
  -- Of a partner's buyers only these seats, and only these advertisers' domains; empty: all.
  buyer_seats jsonb NOT NULL DEFAULT '[]'::jsonb,
  advertiser_domains jsonb NOT NULL DEFAULT '[]'::jsonb,
  -- Floor (pmp) or fixed price.
  price_cpm_fen integer NOT NULL CHECK (price_cpm_fen BETWEEN 1 AND 10000000),
  impressions bigint CHECK (impressions > 0),
  starts_on date NOT NULL,
  ends_on date NOT NULL,
  note text NOT NULL DEFAULT '',
  status text NOT NULL DEFAULT 'proposed' CHECK (status IN ('proposed', 'active', 'paused', 'declined', 'ended')),
  -- Who has agreed to the terms as they stand; a counter-proposal takes the other's back.
  outlet_agreed_at timestamptz,
  buyer_agreed_at timestamptz,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT deal_one_buyer CHECK (num_nonnulls(advertiser_id, demand_partner_id) = 1),
  CONSTRAINT deal_dates CHECK (starts_on <= ends_on),
  CONSTRAINT deal_quantity CHECK ((kind = 'guaranteed') = (impressions IS NOT NULL)),
  CONSTRAINT deal_bound CHECK (status NOT IN ('active', 'paused') OR (outlet_agreed_at IS NOT NULL AND buyer_agreed_at IS NOT NULL))
);
CREATE INDEX deal_outlet ON deal (outlet_id);
CREATE INDEX deal_advertiser ON deal (advertiser_id);

CREATE TABLE deal_placement (
  deal_id bigint NOT NULL REFERENCES deal(id),
  placement_id bigint NOT NULL REFERENCES placement(id),
  outlet_id bigint NOT NULL REFERENCES outlet(id),
  PRIMARY KEY (deal_id, placement_id)
);

-- Which of the buyer's line items buy by the deal.
CREATE TABLE deal_line_item (
  deal_id bigint NOT NULL REFERENCES deal(id),
  line_item_id bigint NOT NULL REFERENCES line_item(id),
  advertiser_id bigint NOT NULL REFERENCES advertiser(id),
  PRIMARY KEY (deal_id, line_item_id)
);
CREATE INDEX deal_line_item_line ON deal_line_item (line_item_id);

DO $$
DECLARE
  w text[];
BEGIN
  FOREACH w SLICE 1 IN ARRAY ARRAY[['deal', 'id'], ['deal_placement', 'deal_id'], ['deal_line_item', 'deal_id']] LOOP
    EXECUTE format('CREATE TRIGGER delivery_inserted AFTER INSERT ON %I REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION delivery_changed(%L, %L)', w[1], 'deal', w[2]);
    EXECUTE format('CREATE TRIGGER delivery_updated AFTER UPDATE ON %I REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION delivery_changed(%L, %L)', w[1], 'deal', w[2]);
    EXECUTE format('CREATE TRIGGER delivery_deleted AFTER DELETE ON %I REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION delivery_changed(%L, %L)', w[1], 'deal', w[2]);
  END LOOP;
END $$;
