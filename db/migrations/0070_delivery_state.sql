-- Why: what delivery must remember between two looks at the market. Divisions are reference data that every slice reads;
-- the outbox tells the publisher what changed since its last delta; stops outlive a restart; granted budgets are written
-- here before Redis sees them, so that a Redis that lost everything can be rebuilt without granting a fen twice.

CREATE TABLE division (
  code           text PRIMARY KEY,
  name_zh        text NOT NULL,
  name_en        text NOT NULL,
  level          text NOT NULL CHECK (level IN ('province', 'city', 'county', 'township')),
  parent_code    text REFERENCES division (code),
  valid_from     date NOT NULL DEFAULT '1949-10-01',
  -- Codes are abolished and merged: a dated code stays readable for old reports, its successor takes new targets.
  valid_to       date,
  successor_code text,
  CHECK (code ~ '^\d{6}(\d{3})?$'),
  CHECK (valid_to IS NULL OR valid_to > valid_from)
);
CREATE INDEX division_parent ON division (parent_code);

CREATE TABLE delivery_change (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- `lineItem:42`: what to look at again. What changed is read at publishing time, so order and repeats do not matter.
  subject text NOT NULL,
  at      timestamptz NOT NULL DEFAULT now()
);

-- Never rolled back, so that no two publications share a version whatever crashes between Redis and the commit.
CREATE SEQUENCE snapshot_version;

CREATE TABLE stop (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scope         text NOT NULL CHECK (scope IN ('all', 'category', 'advertiser', 'creative', 'lineItem')),
  subject       text,
  division_code text,
  outlet_id     bigint,
  reason        text NOT NULL,
  created_by    text NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  -- The first snapshot version that holds it; a node that answers with this version or a later one obeys.
  published_version bigint,
  lifted_by     text,
  lifted_at     timestamptz,
  CHECK ((scope = 'all') = (subject IS NULL)),
  CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);
CREATE INDEX stop_standing ON stop (id) WHERE lifted_at IS NULL;

-- Who has heard of a stop and when: bidding nodes by themselves, outlets without a node by a person's word.
CREATE TABLE stop_receipt (
  stop_id bigint NOT NULL REFERENCES stop (id),
  kind    text NOT NULL CHECK (kind IN ('node', 'outlet')),
  -- Node name or outlet id.
  party   text NOT NULL,
  at      timestamptz NOT NULL,
  note    text,
  PRIMARY KEY (stop_id, kind, party)
);

CREATE TABLE pacing_state (
  line_item_id bigint PRIMARY KEY,
  day          date NOT NULL,
  -- The controller's own state, bidding/engine/pacing.ts: kept central, so that a crash forgets nothing.
  state        jsonb NOT NULL,
  multiplier   double precision NOT NULL DEFAULT 1 CHECK (multiplier > 0 AND multiplier <= 1),
  updated_at   timestamptz NOT NULL DEFAULT now()
);

-- Kept apart from the ledger's balance: it flips seldom, and each flip is a change to publish.
CREATE TABLE advertiser_funding (
  advertiser_id bigint PRIMARY KEY,
  funded        boolean NOT NULL,
  updated_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE budget_grant (
  line_item_id        bigint NOT NULL,
  day                 date NOT NULL,
  epoch               text NOT NULL,
  -- Put into this epoch's pool less what was taken back. Written before Redis sees it.
  granted_micro_cny   bigint NOT NULL DEFAULT 0 CHECK (granted_micro_cny >= 0),
  -- What earlier epochs may have spent: all they were granted, until their leases and tokens are dead; then what they billed.
  prior_micro_cny     bigint NOT NULL DEFAULT 0 CHECK (prior_micro_cny >= 0),
  prior_until_ms      bigint,
  prior_billed_micro_cny bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (line_item_id, day)
);
