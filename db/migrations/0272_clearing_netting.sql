-- Why: two deployments that buy from each other owe each other. Once a month each says, signed, what it owes and what is owed to it;
-- where both say the same, the smaller of the two is set off in each ledger and only the rest is paid.
CREATE TABLE netting (
  id                  bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  supply_partner_id   bigint NOT NULL REFERENCES supply_partner (id),
  demand_partner_id   bigint NOT NULL REFERENCES demand_partner (id),
  -- The other side's account for what it sells us, and for what it buys.
  outlet_id           bigint NOT NULL REFERENCES outlet (id),
  advertiser_id       bigint NOT NULL REFERENCES advertiser (id),
  month               text NOT NULL CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  -- Ours, by our books.
  owed_micro_cny      bigint NOT NULL CHECK (owed_micro_cny >= 0),
  due_micro_cny       bigint NOT NULL CHECK (due_micro_cny >= 0),
  -- Theirs, by theirs; null until their word has come.
  their_owed_micro_cny bigint,
  their_due_micro_cny  bigint,
  their_document      text,
  their_signature     text,
  -- How far both may differ and still agree, of the greater amount.
  tolerance_ppm       integer NOT NULL CHECK (tolerance_ppm BETWEEN 0 AND 200000),
  status              text NOT NULL DEFAULT 'proposed' CHECK (status IN ('proposed', 'agreed', 'differs', 'posted')),
  set_off_micro_cny   bigint CHECK (set_off_micro_cny >= 0),
  adjustment_id       bigint REFERENCES statement_adjustment (id),
  proposed_by         text NOT NULL,
  proposed_at         timestamptz NOT NULL,
  posted_by           text,
  posted_at           timestamptz,
  version             integer NOT NULL DEFAULT 1,
  UNIQUE (supply_partner_id, demand_partner_id, month),
  CHECK ((their_document IS NULL) = (their_signature IS NULL)),
  CHECK ((status = 'posted') = (posted_by IS NOT NULL)),
  CONSTRAINT netting_four_eyes CHECK (posted_by IS DISTINCT FROM proposed_by)
);
