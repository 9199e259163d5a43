-- Why: what outlets own and sell: properties, placements, floors and published prices.

CREATE TABLE floor_rule (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  outlet_id bigint NOT NULL,
  placement_id bigint,
  format text,
  division_code text,
  hours_of_week jsonb,
  floor_cpm_fen integer NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL
);

CREATE TABLE outlet (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  organization_id text NOT NULL,
  name text NOT NULL,
  tier text NOT NULL,
  division_code text NOT NULL,
  status text DEFAULT 'pending' NOT NULL,
  payee_name text,
  payee_alipay_account text,
  qualifications jsonb DEFAULT '[]'::jsonb NOT NULL,
  blocked_categories jsonb DEFAULT '[]'::jsonb NOT NULL,
  blocked_advertiser_ids jsonb DEFAULT '[]'::jsonb NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL
);

CREATE TABLE placement (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  outlet_id bigint NOT NULL,
  property_id bigint NOT NULL,
  name text NOT NULL,
  format text NOT NULL,
  sizes jsonb DEFAULT '[]'::jsonb NOT NULL,
  floor_cpm_fen integer NOT NULL,
  auction_type text DEFAULT 'first' NOT NULL,
  daily_slots integer DEFAULT 1 NOT NULL,
  status text DEFAULT 'active' NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT placement_floor_cpm_fen CHECK (placement.floor_cpm_fen BETWEEN 0 AND 10000000)
);

CREATE TABLE property (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  outlet_id bigint NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  domain text,
  status text DEFAULT 'active' NOT NULL,
  for_minors boolean DEFAULT false NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL
);

CREATE TABLE rate_card (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  placement_id bigint NOT NULL,
  unit text NOT NULL,
  price_fen bigint NOT NULL,
  effective_from date NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL
);

ALTER TABLE floor_rule ADD CONSTRAINT floor_rule_outlet_id_outlet_id_fk FOREIGN KEY (outlet_id) REFERENCES outlet(id);
ALTER TABLE floor_rule ADD CONSTRAINT floor_rule_placement_id_placement_id_fk FOREIGN KEY (placement_id) REFERENCES placement(id);
ALTER TABLE placement ADD CONSTRAINT placement_outlet_id_outlet_id_fk FOREIGN KEY (outlet_id) REFERENCES outlet(id);
ALTER TABLE placement ADD CONSTRAINT placement_property_id_property_id_fk FOREIGN KEY (property_id) REFERENCES property(id);
ALTER TABLE property ADD CONSTRAINT property_outlet_id_outlet_id_fk FOREIGN KEY (outlet_id) REFERENCES outlet(id);
ALTER TABLE rate_card ADD CONSTRAINT rate_card_placement_id_placement_id_fk FOREIGN KEY (placement_id) REFERENCES placement(id);
CREATE INDEX placement_outlet ON placement (outlet_id);
CREATE INDEX placement_property ON placement (property_id);
CREATE INDEX property_outlet ON property (outlet_id);
CREATE UNIQUE INDEX rate_card_version ON rate_card (placement_id,unit,effective_from);
