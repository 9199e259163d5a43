-- Why: partners that buy or sell through us report what they counted, by day; it is compared with what was charged, and each
-- difference is a case. Money moves only where two people accept the partner's figure.
CREATE TABLE partner_statement (
  id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  side          text NOT NULL CHECK (side IN ('demand', 'supply')),
  partner_id    bigint NOT NULL,
  -- Whose account it is about: the demand partner's advertiser or the supply partner's outlet.
  advertiser_id bigint REFERENCES advertiser (id),
  outlet_id     bigint REFERENCES outlet (id),
  from_day      date NOT NULL,
  to_day        date NOT NULL,
  tolerance_ppm integer NOT NULL CHECK (tolerance_ppm BETWEEN 0 AND 200000),
  sha256        text NOT NULL,
  rows          jsonb NOT NULL,
  matched_days  integer NOT NULL,
  received_by   text NOT NULL,
  received_at   timestamptz NOT NULL,
  CHECK (from_day <= to_day),
  CHECK ((side = 'demand') = (advertiser_id IS NOT NULL)),
  CHECK ((side = 'supply') = (outlet_id IS NOT NULL)),
  UNIQUE (side, partner_id, sha256)
);

CREATE TABLE partner_difference (
  id                   bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  partner_statement_id bigint NOT NULL REFERENCES partner_statement (id),
  side                 text NOT NULL CHECK (side IN ('demand', 'supply')),
  partner_id           bigint NOT NULL,
  advertiser_id        bigint REFERENCES advertiser (id),
  outlet_id            bigint REFERENCES outlet (id),
  day                  date NOT NULL,
  kinds                text[] NOT NULL CHECK (cardinality(kinds) > 0 AND kinds <@ ARRAY['long', 'short', 'amount',
                         'status', 'duplicate', 'cross_period']),
  our_quantity         bigint NOT NULL,
  our_micro_cny        bigint NOT NULL,
  their_quantity       bigint NOT NULL,
  their_micro_cny      bigint NOT NULL,
  status               text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'proposed', 'closed')),
  resolution           text CHECK (resolution IN ('explained', 'ours_stands', 'theirs_accepted')),
  note                 text,
  proposed_by          text,
  closed_by            text,
  closed_at            timestamptz,
  version              integer NOT NULL DEFAULT 1,
  CHECK ((status = 'closed') = (resolution IS NOT NULL)),
  CONSTRAINT partner_difference_four_eyes CHECK (resolution IS DISTINCT FROM 'theirs_accepted'
    OR (proposed_by IS NOT NULL AND closed_by IS NOT NULL AND proposed_by <> closed_by))
);
CREATE INDEX partner_difference_statement ON partner_difference (partner_statement_id);
-- One open case a partner and day: a corrected report replaces what the earlier one left open.
CREATE UNIQUE INDEX partner_difference_open ON partner_difference (side, partner_id, day) WHERE status <> 'closed';
