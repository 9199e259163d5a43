-- Why: an agency is given a line of credit and spreads it over its clients' wallets; a client may also be given credit of its
-- own. What a wallet may fall below zero is its floor in the ledger; here stands who granted it, and out of which line.
CREATE TABLE credit_line (
  organization_id text PRIMARY KEY,
  limit_micro_cny bigint NOT NULL CHECK (limit_micro_cny >= 0),
  updated_by      text NOT NULL,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE wallet_credit (
  advertiser_id   bigint PRIMARY KEY REFERENCES advertiser (id),
  -- The agency whose line it is out of; null: granted by the platform itself.
  organization_id text REFERENCES credit_line (organization_id),
  limit_micro_cny bigint NOT NULL CHECK (limit_micro_cny >= 0),
  updated_by      text NOT NULL,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX wallet_credit_line ON wallet_credit (organization_id) WHERE organization_id IS NOT NULL;
