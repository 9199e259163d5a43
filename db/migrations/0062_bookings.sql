-- Why: days of placements sold for a fixed price. A sold slot is a row whose primary key is the slot itself, so that two
-- orders can never hold the same one, whatever the code above does.

CREATE TABLE booking_order (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  advertiser_id bigint NOT NULL REFERENCES advertiser (id),
  name text NOT NULL,
  status text NOT NULL DEFAULT 'draft'
    CHECK (status IN ('draft', 'reserved', 'booked', 'completed', 'cancelled')),
  total_micro_cny bigint NOT NULL CHECK (total_micro_cny >= 0),
  expires_at timestamptz,
  created_by text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK (status <> 'reserved' OR expires_at IS NOT NULL)
);
CREATE INDEX booking_order_advertiser ON booking_order (advertiser_id);
CREATE INDEX booking_order_expiry ON booking_order (expires_at) WHERE status = 'reserved';

CREATE TABLE booking_line (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  order_id bigint NOT NULL REFERENCES booking_order (id),
  advertiser_id bigint NOT NULL REFERENCES advertiser (id),
  outlet_id bigint NOT NULL REFERENCES outlet (id),
  placement_id bigint NOT NULL REFERENCES placement (id),
  unit text NOT NULL,
  starts_on date NOT NULL,
  ends_on date NOT NULL,
  slots integer NOT NULL CHECK (slots BETWEEN 1 AND 100),
  price_micro_cny bigint NOT NULL CHECK (price_micro_cny >= 0),
  status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'accepted', 'declined', 'fulfilled')),
  note text,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK (starts_on <= ends_on)
);
CREATE INDEX booking_line_order ON booking_line (order_id);
CREATE INDEX booking_line_outlet ON booking_line (outlet_id);

CREATE TABLE booking_slot (
  placement_id bigint NOT NULL REFERENCES placement (id),
  day date NOT NULL,
  slot integer NOT NULL CHECK (slot >= 1),
  line_id bigint NOT NULL REFERENCES booking_line (id),
  PRIMARY KEY (placement_id, day, slot)
);
CREATE INDEX booking_slot_line ON booking_slot (line_id);

-- Proof of play: each link names the hash of the one before it on the same line.
CREATE TABLE booking_evidence (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  line_id bigint NOT NULL REFERENCES booking_line (id),
  ordinal integer NOT NULL,
  day date NOT NULL,
  kind text NOT NULL CHECK (kind IN ('screenshot', 'photo', 'as_run', 'clipping')),
  proof_sha256 text NOT NULL,
  note text,
  submitted_by text NOT NULL,
  submitted_at timestamptz NOT NULL,
  previous_hash text NOT NULL,
  hash text NOT NULL,
  UNIQUE (line_id, ordinal)
);
