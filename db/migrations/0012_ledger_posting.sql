-- The only way into the ledger. Set-wise: a batch of journals costs one statement a table, whatever its size.

-- Netstrings, so that no memo can pretend to be a line.
CREATE FUNCTION ledger_text(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN value IS NULL THEN '~' ELSE length(value) || ':' || value END $$;

CREATE FUNCTION ledger_body_hash(kind text, day date, memo text, subject text, lines text, captures text)
RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sha256(convert_to(
    ledger_text(kind) || (day - date '1970-01-01') || ledger_text(memo) || ledger_text(subject)
      || ledger_text(lines) || ledger_text(captures), 'UTF8'))
$$;

-- Opens the accounts that are not there yet; refuses codes of no known kind.
CREATE FUNCTION ledger_open_accounts(p_codes text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_bad text;
BEGIN
  SELECT c INTO v_bad FROM unnest(p_codes) c
    LEFT JOIN account_kind k ON k.kind = split_part(c, ':', 1) AND k.per_owner = (c LIKE '%:%')
   WHERE k.kind IS NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'no such kind of account: %', v_bad USING ERRCODE = 'HL008';
  END IF;
  WITH opened AS (
    INSERT INTO account (code, kind, class, normal, whole_fen, stripes)
      SELECT c, k.kind, k.class, k.normal, k.whole_fen, k.stripes
        FROM unnest(p_codes) c JOIN account_kind k ON k.kind = split_part(c, ':', 1)
       ORDER BY c
    ON CONFLICT (code) DO NOTHING
    RETURNING id, kind, normal, stripes)
  INSERT INTO balance (account_id, stripe, stripes, normal, floor_micro_cny)
    SELECT o.id, s, o.stripes, o.normal, k.floor_micro_cny
      FROM opened o JOIN account_kind k ON k.kind = o.kind, generate_series(0, o.stripes - 1) s;
END $$;

CREATE TYPE ledger_line AS (n int, ordinal bigint, account text, account_id bigint, amount bigint);
CREATE TYPE ledger_wanted AS (
  n int, key text, kind text, day date, memo text, subject text, lines bigint, body_hash bytea);
CREATE TYPE ledger_new AS (n int, id bigint, day date);

CREATE FUNCTION ledger_read_lines(p_lines json) RETURNS ledger_line[] LANGUAGE sql STABLE AS $$
  SELECT array_agg(ROW(x.n, x.ordinal, x.account, a.id, x.amount)::ledger_line)
    FROM (SELECT l.n, row_number() OVER (PARTITION BY l.n ORDER BY l.at) AS ordinal, l.account, l.amount
            FROM ROWS FROM (json_to_recordset(p_lines) AS (n int, account text, amount bigint))
                 WITH ORDINALITY AS l(n, account, amount, at)) x
    LEFT JOIN account a ON a.code = x.account
$$;

-- p_journals [{n, key, kind, day, memo, subject}], p_lines [{n, account, amount}] and
-- p_captures [{n, hold, amount}] in order; `n` ties them. Returns each n with its journal, old or new.
CREATE FUNCTION ledger_post(p_journals json, p_lines json, p_captures json DEFAULT '[]')
RETURNS TABLE (n int, journal_id bigint, replayed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_lines ledger_line[] := ledger_read_lines(p_lines);
  v_codes text[];
  v_bad record;
  v_wanted ledger_wanted[];
  v_new ledger_new[];
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
    INSERT INTO journal (key, body_hash, kind, day, memo, subject, line_count)
      SELECT w.key, w.body_hash, w.kind, w.day, w.memo, w.subject, w.lines FROM first w ORDER BY w.key
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

-- Turns held money into spent money. Locks every balance of the batch before any hold, in the order that all
-- others use: balances by account, then holds by id.
CREATE FUNCTION ledger_capture(p_lines ledger_line[], p_captures json, p_new ledger_new[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_bad record;
BEGIN
  PERFORM 1 FROM balance b
    WHERE b.stripe = pg_backend_pid() % b.stripes AND b.account_id IN (
      SELECT l.account_id FROM unnest(p_lines) l
      UNION SELECT h.account_id FROM json_to_recordset(p_captures) AS c(hold text)
              JOIN hold h ON h.key = c.hold)
    ORDER BY b.account_id FOR UPDATE;
  PERFORM 1 FROM hold h WHERE h.key IN (SELECT c.hold FROM json_to_recordset(p_captures) AS c(hold text))
    ORDER BY h.id FOR UPDATE;

  INSERT INTO hold_capture (journal_id, ordinal, hold_id, amount_micro_cny)
    SELECT f.id, row_number() OVER (PARTITION BY x.n ORDER BY x.at), h.id, x.amount
      FROM ROWS FROM (json_to_recordset(p_captures) AS (n int, hold text, amount bigint))
           WITH ORDINALITY AS x(n, hold, amount, at)
      JOIN unnest(p_new) f ON f.n = x.n
      LEFT JOIN hold h ON h.key = x.hold;

  SELECT h.key INTO v_bad
    FROM (SELECT c.hold_id, sum(c.amount_micro_cny) AS amount FROM hold_capture c
           WHERE c.journal_id IN (SELECT id FROM unnest(p_new)) GROUP BY c.hold_id) c
    JOIN hold h ON h.id = c.hold_id
   WHERE h.status <> 'active' OR h.captured_micro_cny + h.released_micro_cny + c.amount > h.amount_micro_cny
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'hold % has less than that left', v_bad.key USING ERRCODE = 'HL007', DETAIL = v_bad.key;
  END IF;
  UPDATE hold h SET captured_micro_cny = h.captured_micro_cny + c.amount,
         status = CASE WHEN h.captured_micro_cny + h.released_micro_cny + c.amount = h.amount_micro_cny
                       THEN 'captured' ELSE 'active' END
    FROM (SELECT c.hold_id, sum(c.amount_micro_cny) AS amount FROM hold_capture c
           WHERE c.journal_id IN (SELECT id FROM unnest(p_new)) GROUP BY c.hold_id) c
   WHERE h.id = c.hold_id;
  UPDATE balance b SET held_micro_cny = b.held_micro_cny - c.amount
    FROM (SELECT h.account_id, sum(c.amount_micro_cny) AS amount
            FROM hold_capture c JOIN hold h ON h.id = c.hold_id
           WHERE c.journal_id IN (SELECT id FROM unnest(p_new)) GROUP BY h.account_id) c
   WHERE b.account_id = c.account_id AND b.stripe = 0;
END $$;
