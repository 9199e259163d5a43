-- Statements: what an outlet is owed for a month. Frozen content never changes: a change is a new revision, and money
-- only ever moves by an adjustment that two people signed.
CREATE TABLE statement (
  id                   bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  outlet_id            bigint NOT NULL REFERENCES outlet (id),
  month                text NOT NULL CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  revision             integer NOT NULL DEFAULT 0 CHECK (revision >= 0),
  status               text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'frozen', 'outlet_confirmed',
                         'disputed', 'superseded', 'approved', 'paying', 'paid', 'reconciled')),
  quantity             bigint NOT NULL DEFAULT 0,
  gross_micro_cny      bigint NOT NULL DEFAULT 0,
  share_micro_cny      bigint NOT NULL DEFAULT 0,
  adjustment_micro_cny bigint NOT NULL DEFAULT 0,
  total_micro_cny      bigint NOT NULL DEFAULT 0,
  -- The canonical JSON that was hashed, byte for byte.
  document             text,
  content_hash         text,
  frozen_at            timestamptz,
  frozen_by            text,
  confirmed_at         timestamptz,
  confirmed_by         text,
  approved_at          timestamptz,
  approved_by          text,
  invoice_no           text,
  version              integer NOT NULL DEFAULT 1,
  created_at           timestamptz NOT NULL DEFAULT now(),
  updated_at           timestamptz NOT NULL DEFAULT now(),
  UNIQUE (outlet_id, month, revision),
  CHECK (total_micro_cny = share_micro_cny + adjustment_micro_cny),
  CHECK ((status = 'draft') = (content_hash IS NULL)),
  CHECK ((content_hash IS NULL) = (document IS NULL)),
  CONSTRAINT statement_four_eyes CHECK (approved_by IS NULL OR approved_by <> frozen_by)
);
CREATE UNIQUE INDEX statement_living ON statement (outlet_id, month) WHERE status <> 'superseded';
CREATE INDEX statement_month ON statement (month, status);

CREATE TABLE statement_line (
  statement_id        bigint NOT NULL REFERENCES statement (id),
  ordinal             integer NOT NULL,
  day                 date NOT NULL,
  placement_id        bigint NOT NULL,
  contract_version_id bigint NOT NULL,
  quantity            bigint NOT NULL,
  gross_micro_cny     bigint NOT NULL,
  share_micro_cny     bigint NOT NULL,
  charges             bigint NOT NULL,
  -- sha256 over `chargeId:share,…`: an exported drill-down can be checked against the frozen line.
  charges_hash        text NOT NULL,
  PRIMARY KEY (statement_id, ordinal)
);

CREATE TABLE statement_adjustment (
  id               bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  outlet_id        bigint NOT NULL REFERENCES outlet (id),
  month            text NOT NULL,            -- whose statement shows it
  amount_micro_cny bigint NOT NULL CHECK (amount_micro_cny <> 0),
  kind             text NOT NULL CHECK (kind IN ('adjustment', 'minimum_guarantee', 'dispute')),
  reason           text NOT NULL,
  key              text UNIQUE,              -- of one the house makes itself
  journal_key      text UNIQUE,              -- once posted
  created_by       text NOT NULL,
  created_at       timestamptz NOT NULL,
  approved_by      text,
  approved_at      timestamptz,
  CONSTRAINT statement_adjustment_four_eyes CHECK (approved_by IS NULL OR approved_by <> created_by),
  CHECK ((approved_by IS NULL) = (journal_key IS NULL))
);
CREATE INDEX statement_adjustment_outlet ON statement_adjustment (outlet_id, month);

CREATE TABLE statement_event (
  id           bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  statement_id bigint NOT NULL REFERENCES statement (id),
  at           timestamptz NOT NULL,
  by_user      text NOT NULL,
  status       text NOT NULL,
  note         text,
  lines        jsonb NOT NULL DEFAULT '[]'   -- ordinals a dispute is about
);
CREATE INDEX statement_event_statement ON statement_event (statement_id);
CREATE TRIGGER statement_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON statement_event
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE FUNCTION statement_freeze() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'draft' AND (NEW.status = 'draft' OR
     (NEW.outlet_id, NEW.month, NEW.revision, NEW.quantity, NEW.gross_micro_cny, NEW.share_micro_cny,
      NEW.adjustment_micro_cny, NEW.total_micro_cny, NEW.document, NEW.content_hash, NEW.frozen_at, NEW.frozen_by)
     IS DISTINCT FROM
     (OLD.outlet_id, OLD.month, OLD.revision, OLD.quantity, OLD.gross_micro_cny, OLD.share_micro_cny,
      OLD.adjustment_micro_cny, OLD.total_micro_cny, OLD.document, OLD.content_hash, OLD.frozen_at, OLD.frozen_by))
  THEN
    RAISE EXCEPTION 'statement % is frozen', OLD.id USING ERRCODE = 'HL006';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER statement_frozen BEFORE UPDATE ON statement FOR EACH ROW EXECUTE FUNCTION statement_freeze();

CREATE FUNCTION statement_line_freeze() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM changed c JOIN statement s ON s.id = c.statement_id WHERE s.status <> 'draft') THEN
    RAISE EXCEPTION 'lines of a frozen statement do not change' USING ERRCODE = 'HL006';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER statement_line_added AFTER INSERT ON statement_line REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION statement_line_freeze();
CREATE TRIGGER statement_line_removed AFTER DELETE ON statement_line REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION statement_line_freeze();
CREATE TRIGGER statement_line_edited BEFORE UPDATE OR TRUNCATE ON statement_line
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
