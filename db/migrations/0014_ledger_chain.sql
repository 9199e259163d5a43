-- The hash chain, and what proves the ledger whole. Sealing runs off the write path: it takes only journals of
-- transactions older than any still running, so that none can slip in below a sealed block. Times enter a hash as
-- epoch microseconds: `timestamptz::text` depends on the session's zone.

CREATE FUNCTION ledger_leaf(id bigint, key text, body_hash bytea, recorded_at timestamptz)
RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sha256(convert_to(id || ledger_text(key), 'UTF8') || body_hash
    || int8send((extract(epoch FROM recorded_at) * 1000000)::bigint))
$$;

CREATE FUNCTION ledger_chain_hash(previous bytea, from_xact bigint, until_xact bigint)
RETURNS TABLE (journals bigint, hash bytea) LANGUAGE sql STABLE AS $$
  SELECT count(*), sha256(previous || coalesce(string_agg(
           ledger_leaf(j.id, j.key, j.body_hash, j.recorded_at), '' ORDER BY j.xact, j.id), ''))
    FROM journal j WHERE j.xact >= from_xact AND j.xact < until_xact
$$;

-- Seals what is final into one block; returns how many journals that was (0: nothing to do).
CREATE FUNCTION ledger_seal() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  v_last journal_block;
  v_until bigint := (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint;
  v_from bigint;
  v_next record;
BEGIN
  LOCK TABLE journal_block IN SHARE ROW EXCLUSIVE MODE;
  SELECT * INTO v_last FROM journal_block ORDER BY number DESC LIMIT 1;
  v_from := coalesce(v_last.until_xact, 0);
  IF v_until <= v_from THEN RETURN 0; END IF;
  SELECT * INTO v_next FROM ledger_chain_hash(coalesce(v_last.hash, '\x00'::bytea), v_from, v_until);
  IF v_next.journals = 0 THEN RETURN 0; END IF;
  INSERT INTO journal_block (number, from_xact, until_xact, journals, previous_hash, hash)
    VALUES (coalesce(v_last.number, 0) + 1, v_from, v_until, v_next.journals,
            coalesce(v_last.hash, '\x00'::bytea), v_next.hash);
  RETURN v_next.journals;
END $$;

-- Everything that must be true of a ledger, as rows of what is not. Empty: whole.
CREATE FUNCTION ledger_faults() RETURNS TABLE (fault text, subject text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT 'journal does not sum to zero', e.journal_id::text FROM entry e
   GROUP BY e.journal_id HAVING sum(e.amount_micro_cny) <> 0
  UNION ALL
  SELECT 'journal lacks lines', j.id::text FROM journal j
    LEFT JOIN (SELECT journal_id, count(*) AS lines FROM entry GROUP BY 1) e ON e.journal_id = j.id
   WHERE coalesce(e.lines, 0) <> j.line_count
  UNION ALL
  SELECT 'balance differs from its entries', a.code FROM account a
    JOIN (SELECT account_id, sum(amount_micro_cny) AS amount FROM balance GROUP BY 1) b ON b.account_id = a.id
    LEFT JOIN (SELECT account_id, sum(amount_micro_cny) AS amount FROM entry GROUP BY 1) e
           ON e.account_id = a.id
   WHERE b.amount <> coalesce(e.amount, 0)
  UNION ALL
  SELECT 'held differs from its holds', a.code FROM account a
    JOIN (SELECT account_id, sum(held_micro_cny) AS held FROM balance GROUP BY 1) b ON b.account_id = a.id
    LEFT JOIN (SELECT account_id, sum(amount_micro_cny - captured_micro_cny - released_micro_cny) AS held
                 FROM hold GROUP BY 1) h ON h.account_id = a.id
   WHERE b.held <> coalesce(h.held, 0)
  UNION ALL
  SELECT 'hold differs from its captures', h.key FROM hold h
    LEFT JOIN (SELECT hold_id, sum(amount_micro_cny) AS amount FROM hold_capture GROUP BY 1) c
           ON c.hold_id = h.id
   WHERE h.captured_micro_cny <> coalesce(c.amount, 0)
  UNION ALL
  SELECT 'floor broken', a.code FROM account a JOIN balance b ON b.account_id = a.id
   WHERE b.normal * b.amount_micro_cny - b.held_micro_cny < b.floor_micro_cny
  UNION ALL
  SELECT 'cash is not whole fen', a.code FROM account a JOIN balance b ON b.account_id = a.id
   WHERE a.whole_fen AND b.amount_micro_cny % 10000 <> 0
$$;

-- Recomputes each sealed block and each journal's body; rows of what differs.
CREATE FUNCTION ledger_chain_faults() RETURNS TABLE (fault text, subject text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT 'block does not hash', b.number::text
    FROM journal_block b, LATERAL ledger_chain_hash(b.previous_hash, b.from_xact, b.until_xact) h
   WHERE h.hash <> b.hash OR h.journals <> b.journals
  UNION ALL
  SELECT 'block does not follow its predecessor', b.number::text
    FROM (SELECT number, previous_hash, from_xact,
                 lag(hash) OVER w AS hash, lag(until_xact) OVER w AS until_xact, lag(number) OVER w AS previous
            FROM journal_block WINDOW w AS (ORDER BY number)) b
   WHERE b.previous_hash <> coalesce(b.hash, '\x00'::bytea) OR b.from_xact <> coalesce(b.until_xact, 0)
      OR b.number <> coalesce(b.previous, 0) + 1
  UNION ALL
  SELECT 'journal body does not hash', j.id::text
    FROM journal j
    LEFT JOIN LATERAL (
      SELECT string_agg(a.code || '=' || e.amount_micro_cny, ',' ORDER BY e.ordinal) AS body
        FROM entry e JOIN account a ON a.id = e.account_id WHERE e.journal_id = j.id) l ON true
    LEFT JOIN LATERAL (
      SELECT string_agg(ledger_text(h.key) || '=' || c.amount_micro_cny, ',' ORDER BY c.ordinal) AS body
        FROM hold_capture c JOIN hold h ON h.id = c.hold_id WHERE c.journal_id = j.id) c ON true
   WHERE j.body_hash <> ledger_body_hash(j.kind, j.day, j.memo, j.subject, coalesce(l.body, ''),
                                         coalesce(c.body, ''))
$$;

-- Turns a period's page: 'closing', back to 'open', or 'closed' with the certificate that says why it may be.
CREATE FUNCTION ledger_period_set(p_month text, p_status text, p_by text, p_certificate jsonb)
RETURNS period LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  v_period period;
BEGIN
  INSERT INTO period (month) VALUES (p_month) ON CONFLICT DO NOTHING;
  UPDATE period SET status = p_status, certificate = p_certificate,
         closing_at = CASE p_status WHEN 'closing' THEN now() WHEN 'open' THEN NULL ELSE closing_at END,
         closing_by = CASE p_status WHEN 'closing' THEN p_by WHEN 'open' THEN NULL ELSE closing_by END,
         closed_at = CASE WHEN p_status = 'closed' THEN now() END,
         closed_by = CASE WHEN p_status = 'closed' THEN p_by END
   WHERE month = p_month RETURNING * INTO v_period;
  IF p_status = 'closed' THEN
    INSERT INTO period_balance (month, account_id, amount_micro_cny)
      SELECT p_month, e.account_id, sum(e.amount_micro_cny) FROM entry e
       WHERE e.day < (to_date(p_month, 'YYYY-MM') + interval '1 month')::date GROUP BY e.account_id;
  END IF;
  RETURN v_period;
END $$;

-- A digest of all that a month holds: unchanged for ever once the month is closed.
CREATE FUNCTION ledger_period_hash(p_month text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(coalesce(string_agg(
           ledger_leaf(j.id, j.key, j.body_hash, j.recorded_at), '' ORDER BY j.id), '')), 'hex')
    FROM journal j
   WHERE j.day >= to_date(p_month, 'YYYY-MM')
     AND j.day < (to_date(p_month, 'YYYY-MM') + interval '1 month')::date
$$;
CREATE INDEX journal_day ON journal (day);
