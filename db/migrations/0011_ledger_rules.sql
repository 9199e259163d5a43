-- The ledger's rules, as triggers on the tables themselves: they bind the posting function, a migration and a
-- hand-written INSERT alike. Statement-level with transition tables: a deferred per-row constraint trigger was
-- several times slower on batches. SQLSTATEs HL0xx are read by api/ledger/failures.ts.

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'HL006';
END $$;

CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER hold_capture_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON hold_capture
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER journal_block_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_block
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER period_balance_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON period_balance
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER account_no_removal BEFORE DELETE OR TRUNCATE ON account
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER hold_no_removal BEFORE DELETE OR TRUNCATE ON hold
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER balance_no_removal BEFORE DELETE OR TRUNCATE ON balance
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER period_no_removal BEFORE DELETE OR TRUNCATE ON period
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- A month opens by itself with its first journal, and takes none once closed. While it is closing only the
-- closing's own journals (`period.…`) may still enter.
CREATE FUNCTION ledger_check_period() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_months text[];
  v_row record;
BEGIN
  SELECT array_agg(DISTINCT to_char(day, 'YYYY-MM')) INTO v_months FROM inserted;
  INSERT INTO period (month)
    SELECT m FROM unnest(v_months) m WHERE NOT EXISTS (SELECT 1 FROM period p WHERE p.month = m)
    ORDER BY m ON CONFLICT DO NOTHING;
  FOR v_row IN
    SELECT p.month, p.status FROM period p WHERE p.month = ANY (v_months) ORDER BY p.month FOR SHARE
  LOOP
    IF v_row.status = 'closed' OR (v_row.status = 'closing' AND EXISTS (
      SELECT 1 FROM inserted i
       WHERE to_char(i.day, 'YYYY-MM') = v_row.month AND i.kind NOT LIKE 'period.%'))
    THEN
      RAISE EXCEPTION 'period % is %', v_row.month, v_row.status USING ERRCODE = 'HL003';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

CREATE TRIGGER journal_period AFTER INSERT ON journal REFERENCING NEW TABLE AS inserted
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_period();

CREATE TYPE ledger_delta AS (account_id bigint, amount bigint, fraction boolean);

-- Entries arrive whole: each journal's lines in one statement, numbered 1 … line_count, adding up to zero, on the
-- journal's day. The primary key then makes a second helping impossible. Balances move in the same breath.
CREATE FUNCTION ledger_apply_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_bad record;
  v_deltas ledger_delta[];
  v_count bigint;
BEGIN
  SELECT n.journal_id, n.total, n.lines, j.line_count INTO v_bad
    FROM (SELECT journal_id, sum(amount_micro_cny) AS total, count(*) AS lines, max(ordinal) AS top,
                 min(day) AS first_day, max(day) AS last_day
            FROM inserted GROUP BY journal_id) n
    LEFT JOIN journal j ON j.id = n.journal_id
   WHERE j.id IS NULL OR n.total <> 0 OR n.lines <> j.line_count OR n.top <> j.line_count
      OR n.first_day <> j.day OR n.last_day <> j.day
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'journal % does not balance: sum %, lines % of %',
      v_bad.journal_id, v_bad.total, v_bad.lines, v_bad.line_count USING ERRCODE = 'HL004';
  END IF;

  -- Aggregated once, for everything below: UPDATE … FROM takes only one of several source rows that meet one target.
  SELECT array_agg(ROW(n.account_id, n.amount, n.fraction)::ledger_delta), count(*) INTO v_deltas, v_count
    FROM (SELECT account_id, sum(amount_micro_cny) AS amount, bool_or(amount_micro_cny % 10000 <> 0) AS fraction
            FROM inserted GROUP BY account_id) n;

  -- One row a stripe, in account order: two postings can queue here but never wait on each other in a ring.
  PERFORM 1 FROM balance b
    WHERE b.account_id IN (SELECT account_id FROM unnest(v_deltas))
      AND b.stripe = pg_backend_pid() % b.stripes
    ORDER BY b.account_id FOR UPDATE;

  SELECT a.code, a.whole_fen AND d.fraction AS fraction INTO v_bad
    FROM unnest(v_deltas) d
    JOIN account a ON a.id = d.account_id
    JOIN balance b ON b.account_id = d.account_id AND b.stripe = pg_backend_pid() % b.stripes
   WHERE (a.whole_fen AND d.fraction)
      OR b.normal * (b.amount_micro_cny + d.amount) - b.held_micro_cny < b.floor_micro_cny
   LIMIT 1;
  IF FOUND AND v_bad.fraction THEN
    RAISE EXCEPTION '% moves in whole fen', v_bad.code USING ERRCODE = 'HL005', DETAIL = v_bad.code;
  ELSIF FOUND THEN
    RAISE EXCEPTION '% would fall below its floor', v_bad.code USING ERRCODE = 'HL002', DETAIL = v_bad.code;
  END IF;
  UPDATE balance b SET amount_micro_cny = b.amount_micro_cny + d.amount
    FROM unnest(v_deltas) d
   WHERE b.account_id = d.account_id AND b.stripe = pg_backend_pid() % b.stripes;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_count <> array_length(v_deltas, 1) THEN
    RAISE EXCEPTION 'an entry names an account that does not exist' USING ERRCODE = 'HL008';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER entry_apply AFTER INSERT ON entry REFERENCING NEW TABLE AS inserted
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_apply_entries();

-- open → closing → closed, closing → open while nothing was signed; never out of closed.
CREATE FUNCTION ledger_check_period_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'closed' OR NEW.month <> OLD.month
     OR (OLD.status = 'open' AND NEW.status = 'closed') THEN
    RAISE EXCEPTION 'period % cannot go from % to %', OLD.month, OLD.status, NEW.status
      USING ERRCODE = 'HL003';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER period_change BEFORE UPDATE ON period
  FOR EACH ROW EXECUTE FUNCTION ledger_check_period_change();
