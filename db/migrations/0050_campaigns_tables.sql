-- Why: what advertisers plan and bid: advertisers, campaigns, line items and the creatives they show.

CREATE TABLE advertiser (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  organization_id text NOT NULL,
  agency_organization_id text,
  name text NOT NULL,
  category text NOT NULL,
  domain text,
  status text DEFAULT 'pending' NOT NULL,
  credit_limit_micro_cny bigint DEFAULT 0 NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL
);

CREATE TABLE campaign (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  advertiser_id bigint NOT NULL,
  name text NOT NULL,
  status text DEFAULT 'draft' NOT NULL,
  total_budget_micro_cny bigint NOT NULL,
  starts_on date NOT NULL,
  ends_on date NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL
);

CREATE TABLE line_item (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  campaign_id bigint NOT NULL,
  advertiser_id bigint NOT NULL,
  name text NOT NULL,
  status text DEFAULT 'draft' NOT NULL,
  priority text DEFAULT 'open' NOT NULL,
  pricing text DEFAULT 'CPM' NOT NULL,
  bid_fen integer NOT NULL,
  daily_budget_micro_cny bigint NOT NULL,
  total_budget_micro_cny bigint NOT NULL,
  pacing text DEFAULT 'even' NOT NULL,
  starts_on date NOT NULL,
  ends_on date NOT NULL,
  target jsonb NOT NULL,
  frequency_caps jsonb DEFAULT '[]'::jsonb NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL
);

CREATE TABLE line_item_creative (
  line_item_id bigint NOT NULL,
  creative_id bigint NOT NULL,
  added_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT line_item_creative_line_item_id_creative_id_pk PRIMARY KEY(line_item_id,creative_id)
);

ALTER TABLE campaign ADD CONSTRAINT campaign_advertiser_id_advertiser_id_fk FOREIGN KEY (advertiser_id) REFERENCES advertiser(id);
ALTER TABLE line_item ADD CONSTRAINT line_item_campaign_id_campaign_id_fk FOREIGN KEY (campaign_id) REFERENCES campaign(id);
ALTER TABLE line_item ADD CONSTRAINT line_item_advertiser_id_advertiser_id_fk FOREIGN KEY (advertiser_id) REFERENCES advertiser(id);
ALTER TABLE line_item_creative ADD CONSTRAINT line_item_creative_line_item_id_line_item_id_fk FOREIGN KEY (line_item_id) REFERENCES line_item(id);
CREATE INDEX campaign_advertiser ON campaign (advertiser_id);
CREATE INDEX line_item_campaign ON line_item (campaign_id);
CREATE INDEX line_item_advertiser ON line_item (advertiser_id);
