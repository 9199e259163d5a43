-- Reconciliation: the bank's bill as it came, its lines, what each line was matched with (n:m), and a case for every
-- difference. Nothing here moves money by itself: a case's journals name it.

CREATE TABLE bill (
  id          bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  day         date NOT NULL,
  status      text NOT NULL CHECK (status IN ('fetched', 'matched', 'refused')),
  reason      text,
  file        bytea,
  sha256      text,
  row_count   integer NOT NULL DEFAULT 0,
  income_fen  bigint NOT NULL DEFAULT 0,
  expense_fen bigint NOT NULL DEFAULT 0,
  closing_fen bigint,
  fetched_at  timestamptz NOT NULL,
  matched_at  timestamptz,
  CHECK (status <> 'refused' OR reason IS NOT NULL)
);
CREATE UNIQUE INDEX bill_of_day ON bill (day) WHERE status <> 'refused';
CREATE INDEX bill_recent ON bill (day DESC, id DESC);

CREATE TABLE bill_line (
  id              bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  bill_id         bigint NOT NULL REFERENCES bill (id),
  line_no         integer NOT NULL,
  serial          text NOT NULL,
  business_serial text NOT NULL,
  out_no          text NOT NULL,
  kind            text NOT NULL,
  at              timestamptz NOT NULL,
  counterparty    text NOT NULL,
  amount_fen      bigint NOT NULL,
  balance_fen     bigint NOT NULL,
  title           text NOT NULL,
  remark          text NOT NULL,
  UNIQUE (bill_id, line_no)
);
CREATE INDEX bill_line_out_no ON bill_line (out_no);

-- n lines to m items: one row a pair.
CREATE TABLE bill_match (
  bill_line_id bigint NOT NULL REFERENCES bill_line (id),
  item_kind    text NOT NULL CHECK (item_kind IN ('topUp', 'refund', 'payout', 'payoutReturn', 'fee')),
  item_id      bigint NOT NULL,
  day          date NOT NULL,
  PRIMARY KEY (bill_line_id, item_kind, item_id)
);
CREATE INDEX bill_match_item ON bill_match (item_kind, item_id);

CREATE TABLE reconciliation_case (
  id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  day           date NOT NULL,
  kinds         text[] NOT NULL CHECK (cardinality(kinds) > 0 AND kinds <@ ARRAY['long', 'short', 'amount', 'status',
                  'duplicate', 'cross_period']),
  -- What the bank's account has more (positive) or less than ours because of it.
  difference_fen bigint NOT NULL,
  out_no        text NOT NULL,
  bill_line_ids bigint[] NOT NULL DEFAULT '{}',
  items         jsonb NOT NULL DEFAULT '[]',
  remedy        text NOT NULL,
  status        text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'suspended', 'closed')),
  resolution    text CHECK (resolution IN ('matched', 'supplemented', 'reversed', 'refunded', 'written_off')),
  note          text,
  opened_at     timestamptz NOT NULL,
  suspended_at  timestamptz,
  suspended_by  text,
  proposed_by   text,
  proposed_at   timestamptz,
  closed_at     timestamptz,
  closed_by     text,
  version       integer NOT NULL DEFAULT 1,
  CHECK ((status = 'closed') = (resolution IS NOT NULL)),
  -- Writing money off takes two people, whoever runs the program.
  CONSTRAINT write_off_four_eyes CHECK (resolution IS DISTINCT FROM 'written_off'
    OR (proposed_by IS NOT NULL AND closed_by IS NOT NULL AND proposed_by <> closed_by))
);
CREATE INDEX reconciliation_case_open ON reconciliation_case (day, id) WHERE status <> 'closed';
CREATE INDEX reconciliation_case_out_no ON reconciliation_case (out_no);
