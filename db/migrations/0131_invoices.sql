-- Why: invoices (全面数字化的电子发票) both ways. An outlet's invoice for its statement is what lets the platform deduct
-- and pay; an advertiser's invoice is for what it was charged. An invoice once issued never changes: what is wrong with it
-- is taken back by a red-letter invoice (红字发票), which is a row of its own with negative amounts.

-- Whose name, tax number and taxpayer kind stand on invoices: an advertiser's, an outlet's, or (neither) the platform's.
CREATE TABLE invoice_title (
  id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  advertiser_id bigint REFERENCES advertiser (id),
  outlet_id     bigint REFERENCES outlet (id),
  name          text NOT NULL,
  tax_no        text NOT NULL CHECK (tax_no ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'),
  taxpayer      text NOT NULL CHECK (taxpayer IN ('general', 'small_scale')),
  address       text,
  phone         text,
  bank_name     text,
  bank_account  text,
  email         text,
  updated_by    text NOT NULL,
  version       integer NOT NULL DEFAULT 1,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  CHECK (advertiser_id IS NULL OR outlet_id IS NULL)
);
CREATE UNIQUE INDEX invoice_title_owner ON invoice_title (coalesce(advertiser_id, 0), coalesce(outlet_id, 0));

CREATE TABLE invoice (
  id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  -- incoming: an outlet's to the platform; outgoing: the platform's to an advertiser.
  direction     text NOT NULL CHECK (direction IN ('incoming', 'outgoing')),
  outlet_id     bigint REFERENCES outlet (id),
  advertiser_id bigint REFERENCES advertiser (id),
  statement_id  bigint REFERENCES statement (id),
  kind          text NOT NULL CHECK (kind IN ('special', 'ordinary')),
  status        text NOT NULL CHECK (status IN ('requested', 'issued', 'declined', 'cancelled',
                  'registered', 'verified', 'rejected', 'reversed')),
  -- 20 digits, the first two the year it was issued in.
  invoice_no    text UNIQUE CHECK (invoice_no ~ '^[0-9]{20}$'),
  issued_on     date,
  seller_name   text NOT NULL,
  seller_tax_no text NOT NULL,
  buyer_name    text NOT NULL,
  buyer_tax_no  text NOT NULL,
  item          text NOT NULL,
  -- Without tax, tax, and both; whole fen; negative on a red one.
  amount_fen    bigint NOT NULL,
  tax_rate_ppm  integer NOT NULL CHECK (tax_rate_ppm BETWEEN 0 AND 1000000),
  tax_fen       bigint NOT NULL,
  total_fen     bigint NOT NULL CHECK (total_fen <> 0),
  remark        text,
  -- How much of a blue one red ones have taken back, positive.
  reversed_fen  bigint NOT NULL DEFAULT 0,
  red_of        bigint REFERENCES invoice (id),
  -- The month its tax is deducted in (用途确认), `YYYY-MM`.
  deduction_month text CHECK (deduction_month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  refusal       text,
  created_by    text NOT NULL,
  created_at    timestamptz NOT NULL,
  decided_by    text,
  decided_at    timestamptz,
  version       integer NOT NULL DEFAULT 1,
  CHECK ((direction = 'incoming') = (outlet_id IS NOT NULL)),
  CHECK ((direction = 'outgoing') = (advertiser_id IS NOT NULL)),
  CHECK ((direction = 'incoming') = (statement_id IS NOT NULL)),
  CHECK (direction = 'incoming' OR status NOT IN ('registered', 'verified', 'rejected')),
  CHECK (direction = 'outgoing' OR status NOT IN ('requested', 'issued', 'declined', 'cancelled')),
  CHECK ((status IN ('requested', 'declined', 'cancelled')) OR (invoice_no IS NOT NULL AND issued_on IS NOT NULL)),
  CHECK (amount_fen + tax_fen = total_fen),
  CHECK ((red_of IS NULL) = (total_fen > 0)),
  CHECK (reversed_fen >= 0 AND reversed_fen <= greatest(total_fen, 0)),
  CHECK (status <> 'reversed' OR reversed_fen = total_fen)
);
CREATE INDEX invoice_statement ON invoice (statement_id) WHERE statement_id IS NOT NULL;
CREATE INDEX invoice_advertiser ON invoice (advertiser_id) WHERE advertiser_id IS NOT NULL;
CREATE INDEX invoice_outlet ON invoice (outlet_id) WHERE outlet_id IS NOT NULL;
CREATE INDEX invoice_deduction ON invoice (deduction_month) WHERE deduction_month IS NOT NULL;

CREATE FUNCTION invoice_freeze() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'invoice % cannot be deleted', OLD.id USING ERRCODE = 'HL006';
  END IF;
  IF OLD.status NOT IN ('requested', 'registered') AND (
       (NEW.direction, NEW.outlet_id, NEW.advertiser_id, NEW.statement_id, NEW.kind, NEW.invoice_no, NEW.issued_on,
        NEW.seller_tax_no, NEW.buyer_tax_no, NEW.amount_fen, NEW.tax_rate_ppm, NEW.tax_fen, NEW.total_fen, NEW.red_of)
       IS DISTINCT FROM
       (OLD.direction, OLD.outlet_id, OLD.advertiser_id, OLD.statement_id, OLD.kind, OLD.invoice_no, OLD.issued_on,
        OLD.seller_tax_no, OLD.buyer_tax_no, OLD.amount_fen, OLD.tax_rate_ppm, OLD.tax_fen, OLD.total_fen, OLD.red_of)
     OR NEW.reversed_fen < OLD.reversed_fen
     OR (OLD.deduction_month IS NOT NULL AND NEW.deduction_month IS DISTINCT FROM OLD.deduction_month)
     OR (NEW.status <> OLD.status AND NEW.status <> 'reversed')) THEN
    RAISE EXCEPTION 'invoice % is issued: only a red-letter invoice changes it', OLD.id USING ERRCODE = 'HL006';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoice_frozen BEFORE UPDATE OR DELETE ON invoice FOR EACH ROW EXECUTE FUNCTION invoice_freeze();

-- 红字发票信息确认单: asked for by one side, confirmed by the other, then the seller issues the red invoice.
CREATE TABLE red_letter (
  id              bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  invoice_id      bigint NOT NULL REFERENCES invoice (id),
  outlet_id       bigint REFERENCES outlet (id),
  advertiser_id   bigint REFERENCES advertiser (id),
  initiated_by    text NOT NULL CHECK (initiated_by IN ('seller', 'buyer')),
  reason          text NOT NULL CHECK (reason IN ('issued_wrongly', 'service_ended', 'returned', 'allowance')),
  total_fen       bigint NOT NULL CHECK (total_fen > 0),
  status          text NOT NULL CHECK (status IN ('requested', 'confirmed', 'declined', 'expired', 'issued')),
  note            text,
  requested_by    text NOT NULL,
  requested_at    timestamptz NOT NULL,
  -- Unanswered for 72 hours it lapses.
  expires_at      timestamptz NOT NULL,
  answered_by     text,
  answered_at     timestamptz,
  -- The tax authority's number of the confirmation, 20 digits.
  confirmation_no text UNIQUE CHECK (confirmation_no ~ '^[0-9]{20}$'),
  red_invoice_id  bigint REFERENCES invoice (id),
  version         integer NOT NULL DEFAULT 1,
  CHECK ((status = 'issued') = (red_invoice_id IS NOT NULL)),
  CHECK ((outlet_id IS NULL) <> (advertiser_id IS NULL))
);
CREATE INDEX red_letter_invoice ON red_letter (invoice_id);
CREATE UNIQUE INDEX red_letter_open ON red_letter (invoice_id) WHERE status IN ('requested', 'confirmed');
