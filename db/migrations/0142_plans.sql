-- Why: a media plan is a proposal that its buyer edits for days before it becomes one order and one campaign; the brief, the
-- lines with their reasons and what they became stay together.
CREATE TABLE media_plan (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  advertiser_id bigint NOT NULL REFERENCES advertiser (id),
  name text NOT NULL,
  status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'converted', 'discarded')),
  brief jsonb NOT NULL,
  lines jsonb NOT NULL,
  reasons jsonb NOT NULL,
  order_id bigint REFERENCES booking_order (id),
  campaign_id bigint REFERENCES campaign (id),
  created_by text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK (status <> 'converted' OR order_id IS NOT NULL OR campaign_id IS NOT NULL)
);
CREATE INDEX media_plan_advertiser ON media_plan (advertiser_id);
