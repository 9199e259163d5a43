-- Why: an order's whole life. A discount waits for approval (pending), an order in flight is proved and charged day by day,
-- days can move by request, missed days are made good or given back, and guaranteed impressions stand in the same order.
-- What is owed for a day is a row (booking_day), so that it can be charged, missed or made good once and only once.
ALTER TABLE booking_order DROP CONSTRAINT booking_order_status_check;
ALTER TABLE booking_order
  ADD CHECK (status IN ('draft', 'pending', 'reserved', 'booked', 'in_flight', 'completed', 'cancelled')),
  ADD CHECK (status <> 'pending' OR expires_at IS NOT NULL),
  ADD COLUMN discount_ppm integer NOT NULL DEFAULT 0 CHECK (discount_ppm BETWEEN 0 AND 500000),
  ADD COLUMN discount_reason text,
  ADD COLUMN discount_approved_by text,
  ADD COLUMN discount_approved_at timestamptz,
  ADD COLUMN campaign_id bigint REFERENCES campaign (id);
CREATE INDEX booking_order_live ON booking_order (id) WHERE status IN ('booked', 'in_flight');

ALTER TABLE booking_line DROP CONSTRAINT booking_line_status_check;
ALTER TABLE booking_line
  ADD CHECK (status IN ('open', 'accepted', 'declined', 'fulfilled', 'cancelled')),
  ADD COLUMN list_micro_cny bigint NOT NULL DEFAULT 0 CHECK (list_micro_cny >= 0),
  ADD COLUMN impressions bigint CHECK (impressions > 0),
  ADD COLUMN division_codes jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN creative_ids jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN line_item_id bigint REFERENCES line_item (id),
  ADD COLUMN makegood_of bigint REFERENCES booking_line (id),
  ADD CHECK ((unit = 'CPM') = (impressions IS NOT NULL));
UPDATE booking_line SET list_micro_cny = price_micro_cny;
CREATE INDEX booking_line_placement ON booking_line (placement_id);

CREATE TABLE booking_day (
  line_id bigint NOT NULL REFERENCES booking_line (id),
  day date NOT NULL,
  order_id bigint NOT NULL REFERENCES booking_order (id),
  advertiser_id bigint NOT NULL,
  outlet_id bigint NOT NULL,
  placement_id bigint NOT NULL,
  slots integer NOT NULL CHECK (slots >= 1),
  price_micro_cny bigint NOT NULL CHECK (price_micro_cny >= 0),
  status text NOT NULL DEFAULT 'sold'
    CHECK (status IN ('sold', 'proved', 'delivered', 'missed', 'made_good', 'released', 'cancelled')),
  ran integer NOT NULL DEFAULT 0 CHECK (ran BETWEEN 0 AND slots),
  charged_micro_cny bigint NOT NULL DEFAULT 0 CHECK (charged_micro_cny BETWEEN 0 AND price_micro_cny),
  reason text,
  proved_at timestamptz,
  decided_by text,
  decided_at timestamptz,
  makegood_line_id bigint REFERENCES booking_line (id),
  version integer NOT NULL DEFAULT 1,
  PRIMARY KEY (line_id, day)
);
CREATE INDEX booking_day_order ON booking_day (order_id);
CREATE INDEX booking_day_outlet ON booking_day (outlet_id, day);
CREATE INDEX booking_day_open ON booking_day (day) WHERE status IN ('sold', 'proved', 'missed');

-- Orders booked before: each day its slots' part of the line's price, the remainder on the first day.
INSERT INTO booking_day (line_id, day, order_id, advertiser_id, outlet_id, placement_id, slots, price_micro_cny)
SELECT c.line_id, c.day, l.order_id, l.advertiser_id, l.outlet_id, l.placement_id, c.slots,
       l.price_micro_cny * c.slots / c.total
       + CASE WHEN c.n = 1 THEN l.price_micro_cny - c.floors ELSE 0 END
  FROM (
    SELECT x.*, sum(x.price * x.slots / x.total) OVER (PARTITION BY x.line_id) AS floors
      FROM (
        SELECT s.line_id, s.day, count(*) AS slots, b.price_micro_cny AS price,
               sum(count(*)) OVER (PARTITION BY s.line_id) AS total,
               row_number() OVER (PARTITION BY s.line_id ORDER BY s.day) AS n
          FROM booking_slot s JOIN booking_line b ON b.id = s.line_id
         GROUP BY s.line_id, s.day, b.price_micro_cny) x) c
  JOIN booking_line l ON l.id = c.line_id;

-- Asked by one side, answered by the other: days that move, slots that change, days made good.
CREATE TABLE booking_change (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  order_id bigint NOT NULL REFERENCES booking_order (id),
  line_id bigint NOT NULL REFERENCES booking_line (id),
  advertiser_id bigint NOT NULL,
  outlet_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('move', 'drop', 'makegood')),
  asked_side text NOT NULL CHECK (asked_side IN ('buyer', 'seller')),
  status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'accepted', 'declined', 'withdrawn')),
  -- The days that go: of a move or drop, those not yet run; of a make-good, those missed.
  days jsonb NOT NULL,
  placement_id bigint REFERENCES placement (id),
  starts_on date,
  ends_on date,
  slots integer CHECK (slots BETWEEN 1 AND 100),
  price_micro_cny bigint NOT NULL CHECK (price_micro_cny >= 0),
  reason text NOT NULL,
  answer_note text,
  asked_by text NOT NULL,
  answered_by text,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((kind = 'drop') = (starts_on IS NULL)),
  CHECK (starts_on <= ends_on)
);
CREATE INDEX booking_change_order ON booking_change (order_id);
CREATE INDEX booking_change_line ON booking_change (line_id);

ALTER TABLE booking_evidence DROP CONSTRAINT booking_evidence_kind_check;
ALTER TABLE booking_evidence
  ADD CHECK (kind IN ('screenshot', 'photo', 'as_run', 'clipping', 'proof_of_play')),
  ADD COLUMN outlet_id bigint,
  ADD COLUMN advertiser_id bigint,
  ADD COLUMN file_name text,
  ADD COLUMN media_type text,
  ADD COLUMN bytes integer,
  -- What the file itself says: plays counted, place and time of a photo.
  ADD COLUMN facts jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN findings jsonb NOT NULL DEFAULT '[]';
UPDATE booking_evidence e SET outlet_id = l.outlet_id, advertiser_id = l.advertiser_id
  FROM booking_line l WHERE l.id = e.line_id;
ALTER TABLE booking_evidence ALTER COLUMN outlet_id SET NOT NULL, ALTER COLUMN advertiser_id SET NOT NULL;
CREATE INDEX booking_evidence_proof ON booking_evidence (proof_sha256);
