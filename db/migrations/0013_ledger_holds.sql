-- Holds: money of a wallet that is promised and not yet spent. Each verb locks the balance first, then the hold.

CREATE FUNCTION ledger_lock_account(p_code text) RETURNS balance LANGUAGE plpgsql AS $$
DECLARE
  v_balance balance;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM account WHERE code = p_code) THEN
    PERFORM ledger_open_accounts(ARRAY[p_code]);
  END IF;
  SELECT b.* INTO v_balance FROM balance b JOIN account a ON a.id = b.account_id
   WHERE a.code = p_code AND b.stripe = 0 FOR UPDATE OF b;
  IF v_balance.floor_micro_cny IS NULL THEN
    RAISE EXCEPTION '% has no floor, so nothing can be held on it', p_code USING ERRCODE = 'HL008';
  END IF;
  RETURN v_balance;
END $$;

-- Holds an amount, or with p_up_to as much of it as is free. Same key again returns the first hold.
CREATE FUNCTION ledger_hold_place(p_key text, p_account text, p_amount bigint, p_up_to boolean,
                                  p_subject text, p_expires_at timestamptz)
RETURNS hold LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  v_balance balance := ledger_lock_account(p_account);
  v_free bigint := v_balance.normal * v_balance.amount_micro_cny - v_balance.held_micro_cny
                   - v_balance.floor_micro_cny;
  v_take bigint := CASE WHEN p_up_to THEN least(p_amount, greatest(v_free, 0)) ELSE p_amount END;
  v_hold hold;
BEGIN
  SELECT * INTO v_hold FROM hold WHERE key = p_key;
  IF FOUND THEN
    IF v_hold.account_id <> v_balance.account_id OR v_hold.requested_micro_cny <> p_amount THEN
      RAISE EXCEPTION 'hold key % was used with another body', p_key
        USING ERRCODE = 'HL001', DETAIL = p_key;
    END IF;
    RETURN v_hold;
  END IF;
  IF v_take > v_free THEN
    RAISE EXCEPTION '% has too little free to hold', p_account USING ERRCODE = 'HL002', DETAIL = p_account;
  END IF;
  INSERT INTO hold (key, account_id, requested_micro_cny, amount_micro_cny, status, subject, expires_at)
    VALUES (p_key, v_balance.account_id, p_amount, v_take, 'active', p_subject, p_expires_at)
    RETURNING * INTO v_hold;
  UPDATE balance SET held_micro_cny = held_micro_cny + v_take
   WHERE account_id = v_balance.account_id AND stripe = 0;
  RETURN v_hold;
END $$;

-- Sets what is left in a hold to p_remaining, or with p_up_to as near as the wallet allows.
CREATE FUNCTION ledger_hold_resize(p_key text, p_remaining bigint, p_up_to boolean)
RETURNS hold LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  v_balance balance;
  v_hold hold;
  v_left bigint;
  v_free bigint;
  v_delta bigint;
BEGIN
  SELECT ledger_lock.* INTO v_balance FROM hold h JOIN account a ON a.id = h.account_id,
    LATERAL ledger_lock_account(a.code) AS ledger_lock WHERE h.key = p_key;
  SELECT * INTO v_hold FROM hold WHERE key = p_key FOR UPDATE;
  IF NOT FOUND OR v_hold.status NOT IN ('active', 'captured') OR p_remaining < 0 THEN
    RAISE EXCEPTION 'hold % is not active', p_key USING ERRCODE = 'HL007', DETAIL = p_key;
  END IF;
  v_left := v_hold.amount_micro_cny - v_hold.captured_micro_cny - v_hold.released_micro_cny;
  v_free := v_balance.normal * v_balance.amount_micro_cny - v_balance.held_micro_cny
            - v_balance.floor_micro_cny;
  v_delta := p_remaining - v_left;
  IF p_up_to THEN v_delta := least(v_delta, greatest(v_free, 0)); END IF;
  IF v_delta > v_free AND v_delta > 0 THEN
    RAISE EXCEPTION 'too little free to enlarge hold %', p_key USING ERRCODE = 'HL002', DETAIL = p_key;
  END IF;
  UPDATE hold SET amount_micro_cny = amount_micro_cny + v_delta,
         requested_micro_cny = greatest(requested_micro_cny, amount_micro_cny + v_delta, 1),
         status = 'active'
   WHERE id = v_hold.id RETURNING * INTO v_hold;
  UPDATE balance SET held_micro_cny = held_micro_cny + v_delta
   WHERE account_id = v_balance.account_id AND stripe = 0;
  RETURN v_hold;
END $$;

-- Gives back all that is left. Releasing twice changes nothing.
CREATE FUNCTION ledger_hold_release(p_key text, p_status text)
RETURNS hold LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  v_balance balance;
  v_hold hold;
  v_left bigint;
BEGIN
  SELECT ledger_lock.* INTO v_balance FROM hold h JOIN account a ON a.id = h.account_id,
    LATERAL ledger_lock_account(a.code) AS ledger_lock WHERE h.key = p_key;
  SELECT * INTO v_hold FROM hold WHERE key = p_key FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no hold %', p_key USING ERRCODE = 'HL007', DETAIL = p_key;
  END IF;
  IF v_hold.status <> 'active' THEN RETURN v_hold; END IF;
  v_left := v_hold.amount_micro_cny - v_hold.captured_micro_cny - v_hold.released_micro_cny;
  UPDATE hold SET released_micro_cny = released_micro_cny + v_left, status = p_status
   WHERE id = v_hold.id RETURNING * INTO v_hold;
  UPDATE balance SET held_micro_cny = held_micro_cny - v_left
   WHERE account_id = v_balance.account_id AND stripe = 0;
  RETURN v_hold;
END $$;

-- The floor of one wallet: minus its credit limit. Refused where the wallet is already below the new floor.
CREATE FUNCTION ledger_set_floor(p_account text, p_floor bigint)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  v_balance balance := ledger_lock_account(p_account);
BEGIN
  UPDATE balance SET floor_micro_cny = p_floor WHERE account_id = v_balance.account_id AND stripe = 0;
END $$;

-- Locks accounts in the posting order and says what each has: for a caller that must decide by a balance before
-- it posts. All accounts it will post to must be named, or the order is lost.
CREATE FUNCTION ledger_lock(p_codes text[])
RETURNS TABLE (code text, available_micro_cny bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_missing text[];
BEGIN
  SELECT array_agg(DISTINCT c) INTO v_missing FROM unnest(p_codes) c
   WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.code = c);
  IF v_missing IS NOT NULL THEN
    PERFORM ledger_open_accounts(v_missing);
  END IF;
  RETURN QUERY
    SELECT a.code, b.normal * b.amount_micro_cny - b.held_micro_cny - coalesce(b.floor_micro_cny, 0)
      FROM balance b JOIN account a ON a.id = b.account_id
     WHERE a.code = ANY (p_codes) AND b.stripe = pg_backend_pid() % b.stripes
     ORDER BY b.account_id FOR UPDATE OF b;
END $$;
