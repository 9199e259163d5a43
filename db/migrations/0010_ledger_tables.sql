-- The ledger's tables. Double entry in µCNY, debits positive, credits negative. Why so many columns are
-- repeated on `balance`: a CHECK sees one row only, and the floor must hold even against a hand-written UPDATE.

-- What kinds of account there are; an account's code is its kind, or `kind:owner` where each owner has one.
CREATE TABLE account_kind (
  kind          text PRIMARY KEY CHECK (kind ~ '^[a-z][a-z_]*$'),
  class         text NOT NULL CHECK (class IN ('asset', 'liability', 'revenue', 'expense', 'equity')),
  normal        smallint NOT NULL CHECK (normal IN (1, -1)),       -- 1: debit is its natural side
  per_owner     boolean NOT NULL,
  floor_micro_cny bigint,                                           -- natural sign; null: none
  whole_fen     boolean NOT NULL DEFAULT false,
  stripes       smallint NOT NULL DEFAULT 1 CHECK (stripes BETWEEN 1 AND 64),
  CHECK (floor_micro_cny IS NULL OR stripes = 1)
);

INSERT INTO account_kind (kind, class, normal, per_owner, floor_micro_cny, whole_fen, stripes) VALUES
  ('wallet',               'liability', -1, true,  0,    false, 1),
  ('payable',              'liability', -1, true,  NULL, false, 1),
  ('platform_revenue',     'revenue',   -1, false, NULL, false, 16),
  ('overdelivery',         'expense',    1, false, NULL, false, 16),
  ('minimum_guarantee',    'expense',    1, false, NULL, false, 1),
  ('alipay_cash',          'asset',      1, false, NULL, true,  1),
  ('alipay_fee',           'expense',    1, false, NULL, true,  1),
  ('payout_clearing',      'liability', -1, false, NULL, true,  1),
  ('refund_clearing',      'liability', -1, false, NULL, true,  1),
  ('suspense',             'liability', -1, false, NULL, true,  1),
  ('partner_receivable',   'asset',      1, true,  NULL, false, 1),
  ('vat_payable',          'liability', -1, false, NULL, false, 1),
  ('cultural_fee_payable', 'liability', -1, false, NULL, false, 1),
  ('tax_expense',          'expense',    1, false, NULL, false, 1),
  ('write_off',            'expense',    1, false, NULL, false, 1),
  ('opening',              'equity',    -1, false, NULL, false, 1);

CREATE TABLE account (
  id         bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  code       text NOT NULL UNIQUE CHECK (code ~ '^[a-z][a-z_]*(:[1-9][0-9]{0,15})?$'),
  kind       text NOT NULL REFERENCES account_kind (kind),
  class      text NOT NULL,
  normal     smallint NOT NULL,
  whole_fen  boolean NOT NULL,
  stripes    smallint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Σ entries of an account, spread over stripes where one row would be a queue. An account with a floor has one.
CREATE TABLE balance (
  account_id       bigint NOT NULL REFERENCES account (id),
  stripe           smallint NOT NULL,
  stripes          smallint NOT NULL,
  normal           smallint NOT NULL,
  amount_micro_cny bigint NOT NULL DEFAULT 0,
  held_micro_cny   bigint NOT NULL DEFAULT 0 CHECK (held_micro_cny >= 0),
  floor_micro_cny  bigint,
  PRIMARY KEY (account_id, stripe),
  CHECK (stripe >= 0 AND stripe < stripes),
  CHECK (floor_micro_cny IS NULL OR stripes = 1),
  CONSTRAINT balance_floor CHECK (
    floor_micro_cny IS NULL OR normal * amount_micro_cny - held_micro_cny >= floor_micro_cny
  )
) WITH (fillfactor = 50);

-- Accounting months. Posting takes its row FOR SHARE; closing updates it, and so waits for what is in flight.
CREATE TABLE period (
  month       text PRIMARY KEY CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  status      text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closing', 'closed')),
  closing_at  timestamptz,
  closing_by  text,
  closed_at   timestamptz,
  closed_by   text,
  certificate jsonb,
  CHECK ((status = 'closed') = (certificate IS NOT NULL))
);

CREATE TABLE journal (
  id          bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  key         text NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 200),
  body_hash   bytea NOT NULL,
  kind        text NOT NULL CHECK (kind ~ '^[a-z][a-z_.]{0,63}$'),
  day         date NOT NULL,
  memo        text CHECK (length(memo) <= 500),
  subject     text CHECK (length(subject) <= 200),
  line_count  smallint NOT NULL CHECK (line_count >= 2),
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- The writing transaction: all below the oldest running one are final, which is what a block may seal.
  xact        bigint NOT NULL DEFAULT (pg_current_xact_id()::text)::bigint
);
CREATE INDEX journal_xact ON journal (xact, id);
CREATE INDEX journal_subject ON journal (subject) WHERE subject IS NOT NULL;

-- No foreign keys: 0011 checks both set-wise as entries arrive, and neither a journal nor an account can be deleted.
-- Row by row, the two checks cost more than all other rules together, and share-locked the hottest account rows.
CREATE TABLE entry (
  journal_id       bigint NOT NULL,
  ordinal          smallint NOT NULL CHECK (ordinal >= 1),
  account_id       bigint NOT NULL,
  day              date NOT NULL,
  amount_micro_cny bigint NOT NULL CHECK (amount_micro_cny <> 0),
  PRIMARY KEY (journal_id, ordinal)
);
CREATE INDEX entry_account ON entry (account_id, day, journal_id);

CREATE TABLE hold (
  id                 bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  key                text NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 200),
  account_id         bigint NOT NULL REFERENCES account (id),
  requested_micro_cny bigint NOT NULL CHECK (requested_micro_cny > 0),
  amount_micro_cny   bigint NOT NULL CHECK (amount_micro_cny >= 0),
  captured_micro_cny bigint NOT NULL DEFAULT 0 CHECK (captured_micro_cny >= 0),
  released_micro_cny bigint NOT NULL DEFAULT 0 CHECK (released_micro_cny >= 0),
  status             text NOT NULL DEFAULT 'active'
                     CHECK (status IN ('active', 'captured', 'released', 'expired')),
  subject            text,
  expires_at         timestamptz,
  created_at         timestamptz NOT NULL DEFAULT now(),
  CHECK (captured_micro_cny + released_micro_cny <= amount_micro_cny),
  CHECK (status = 'active' OR captured_micro_cny + released_micro_cny = amount_micro_cny)
);
CREATE INDEX hold_account ON hold (account_id) WHERE status = 'active';

-- What a journal took out of a hold; part of the journal's body.
CREATE TABLE hold_capture (
  journal_id       bigint NOT NULL REFERENCES journal (id),
  ordinal          smallint NOT NULL,
  hold_id          bigint NOT NULL REFERENCES hold (id),
  amount_micro_cny bigint NOT NULL CHECK (amount_micro_cny > 0),
  PRIMARY KEY (journal_id, ordinal)
);
CREATE INDEX hold_capture_hold ON hold_capture (hold_id);

-- The hash chain: a block seals every journal of finished transactions that no earlier block holds.
CREATE TABLE journal_block (
  number        bigint PRIMARY KEY,
  from_xact     bigint NOT NULL,
  until_xact    bigint NOT NULL,
  journals      bigint NOT NULL CHECK (journals > 0),
  previous_hash bytea NOT NULL,
  hash          bytea NOT NULL,
  sealed_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (from_xact < until_xact)
);

-- Closing balances of a month, so that an as-of balance need not add up the years.
CREATE TABLE period_balance (
  month            text NOT NULL REFERENCES period (month),
  account_id       bigint NOT NULL REFERENCES account (id),
  amount_micro_cny bigint NOT NULL,
  PRIMARY KEY (month, account_id)
);
