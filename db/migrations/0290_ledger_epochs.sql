-- Why: sealing waited for the oldest transaction of the whole server, so that a long report, or another database's transaction,
-- held the hash chain back. What matters is only who may still write journals. Postings now belong to an epoch, whose lock they
-- share until they end; sealing begins the next epoch and takes whatever is below the oldest one that is still held. A
-- transaction that is old but posts only now enters the epoch of now, so nothing slips in below a sealed block. `journal.xact` and
-- the blocks' bounds hold epochs from here on, which begin above every transaction id that stands there.

CREATE SEQUENCE ledger_epoch;

CREATE FUNCTION ledger_epoch_key(epoch bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (7290::bigint << 48) | epoch $$;

-- The epoch of now, held (shared) until the transaction ends. Read again under the lock: whoever began the next one between
-- the two does not know of us.
CREATE FUNCTION ledger_epoch_enter() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  v_epoch bigint;
  v_now bigint;
BEGIN
  SELECT last_value INTO v_now FROM ledger_epoch;
  LOOP
    v_epoch := v_now;
    PERFORM pg_advisory_xact_lock_shared(ledger_epoch_key(v_epoch));
    SELECT last_value INTO v_now FROM ledger_epoch;
    IF v_now = v_epoch THEN RETURN v_epoch; END IF;
  END LOOP;
END $$;

-- Waits for the postings under way, and no longer: from here on the default names epochs.
ALTER TABLE journal ALTER COLUMN xact SET DEFAULT ledger_epoch_enter();
SELECT setval('ledger_epoch', 1 + greatest(
  (pg_snapshot_xmax(pg_current_snapshot())::text)::bigint, (SELECT max(xact) FROM journal),
  (SELECT max(until_xact) FROM journal_block)));

-- As in 0012 but for the epoch, which is entered once a batch.
CREATE OR REPLACE FUNCTION ledger_post(p_journals json, p_lines json, p_captures json DEFAULT '[]')
RETURNS TABLE (n int, journal_id bigint, replayed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_lines ledger_line[] := ledger_read_lines(p_lines);
  v_codes text[];
  v_bad record;
  v_wanted ledger_wanted[];
  v_new ledger_new[];
  v_epoch bigint := ledger_epoch_enter();
BEGIN
  SELECT array_agg(DISTINCT l.account) INTO v_codes FROM unnest(v_lines) l WHERE l.account_id IS NULL;
  IF v_codes IS NOT NULL THEN
    PERFORM ledger_open_accounts(v_codes);
    v_lines := ledger_read_lines(p_lines);
  END IF;

  SELECT array_agg(ROW(j.n, j.key, j.kind, j.day, j.memo, j.subject, coalesce(l.lines, 0),
           ledger_body_hash(j.kind, j.day, j.memo, j.subject, coalesce(l.body, ''), coalesce(c.body, ''))
         )::ledger_wanted ORDER BY j.key, j.n)
    INTO v_wanted
    FROM json_to_recordset(p_journals) AS j(n int, key text, kind text, day date, memo text, subject text)
    LEFT JOIN (
      SELECT x.n, count(*) AS lines, string_agg(x.account || '=' || x.amount, ',' ORDER BY x.ordinal) AS body
        FROM unnest(v_lines) x GROUP BY x.n) l ON l.n = j.n
    LEFT JOIN (
      SELECT x.n, string_agg(ledger_text(x.hold) || '=' || x.amount, ',' ORDER BY x.at) AS body
        FROM ROWS FROM (json_to_recordset(p_captures) AS (n int, hold text, amount bigint))
             WITH ORDINALITY AS x(n, hold, amount, at) GROUP BY x.n) c ON c.n = j.n;

  -- In key order, so that two batches sharing keys wait in line instead of for each other.
  WITH first AS (
    SELECT DISTINCT ON (w.key) w.* FROM unnest(v_wanted) w ORDER BY w.key, w.n),
  fresh AS (
    INSERT INTO journal (key, body_hash, kind, day, memo, subject, line_count, xact)
      SELECT w.key, w.body_hash, w.kind, w.day, w.memo, w.subject, w.lines, v_epoch FROM first w ORDER BY w.key
    ON CONFLICT (key) DO NOTHING
    RETURNING id, key, day)
  SELECT array_agg(ROW(w.n, f.id, f.day)::ledger_new) INTO v_new FROM fresh f JOIN first w ON w.key = f.key;

  IF coalesce(array_length(v_new, 1), 0) < array_length(v_wanted, 1) THEN
    SELECT w.key INTO v_bad FROM unnest(v_wanted) w JOIN journal j ON j.key = w.key
     WHERE j.body_hash <> w.body_hash LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'journal key % was used with another body', v_bad.key
        USING ERRCODE = 'HL001', DETAIL = v_bad.key;
    END IF;
  END IF;

  IF v_new IS NOT NULL THEN
    IF json_array_length(p_captures) > 0 THEN
      PERFORM ledger_capture(v_lines, p_captures, v_new);
    END IF;
    INSERT INTO entry (journal_id, ordinal, account_id, day, amount_micro_cny)
      SELECT f.id, l.ordinal, l.account_id, f.day, l.amount
        FROM unnest(v_new) f JOIN unnest(v_lines) l ON l.n = f.n;
    IF array_length(v_new, 1) = array_length(v_wanted, 1) THEN
      RETURN QUERY SELECT f.n, f.id, false FROM unnest(v_new) f;
      RETURN;
    END IF;
  END IF;
  RETURN QUERY
    SELECT w.n, j.id, f.id IS NULL OR f.n <> w.n
      FROM unnest(v_wanted) w JOIN journal j ON j.key = w.key LEFT JOIN unnest(v_new) f ON f.id = j.id;
END $$;

-- Seals what is final into one block; returns how many journals that was (0: nothing to do). A lock is released after its
-- transaction has become visible, so what is seen after the locks were looked at is all there is below the bound.
CREATE OR REPLACE FUNCTION ledger_seal() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  v_last journal_block;
  v_until bigint;
  v_from bigint;
  v_next record;
BEGIN
  LOCK TABLE journal_block IN SHARE ROW EXCLUSIVE MODE;
  SELECT * INTO v_last FROM journal_block ORDER BY number DESC LIMIT 1;
  v_from := coalesce(v_last.until_xact, 0);
  v_until := nextval('ledger_epoch');
  SELECT least(v_until, min(((l.classid::bigint << 32) | l.objid::bigint) & ((1::bigint << 48) - 1))) INTO v_until
    FROM pg_locks l
   WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted AND l.classid::bigint >> 16 = 7290
     AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
  IF v_until <= v_from THEN RETURN 0; END IF;
  SELECT * INTO v_next FROM ledger_chain_hash(coalesce(v_last.hash, '\x00'::bytea), v_from, v_until);
  IF v_next.journals = 0 THEN RETURN 0; END IF;
  INSERT INTO journal_block (number, from_xact, until_xact, journals, previous_hash, hash)
    VALUES (coalesce(v_last.number, 0) + 1, v_from, v_until, v_next.journals,
            coalesce(v_last.hash, '\x00'::bytea), v_next.hash);
  RETURN v_next.journals;
END $$;

-- As 0015 does for what came before it: part of the posting's own door, nobody else's.
DO $$
BEGIN
  REVOKE ALL ON FUNCTION ledger_epoch_enter(), ledger_epoch_key(bigint) FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION ledger_epoch_enter(), ledger_epoch_key(bigint) TO hongze_ledger;
  GRANT SELECT, USAGE ON SEQUENCE ledger_epoch TO hongze_ledger;
EXCEPTION WHEN undefined_object OR insufficient_privilege THEN
  RAISE NOTICE 'ledger_epoch stays with this user: its guards alone hold';
END $$;
