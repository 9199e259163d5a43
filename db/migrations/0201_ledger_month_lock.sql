-- Why: a statement drafted or frozen after its month's close would not be in the certificate that was signed over all of them.
-- Whoever writes a month's statements holds its page open, as a posting does; whoever closes it holds it alone from the moment
-- the gate looks. The application may not lock the table itself.
CREATE FUNCTION ledger_lock_month(p_month text, p_alone boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  v_status text;
BEGIN
  IF p_alone THEN
    SELECT status INTO v_status FROM period WHERE month = p_month FOR UPDATE;
    RETURN v_status;
  END IF;
  SELECT status INTO v_status FROM period WHERE month = p_month FOR SHARE;
  IF v_status = 'closed' THEN
    RAISE EXCEPTION 'period % is closed', p_month USING ERRCODE = 'HL003';
  END IF;
  RETURN v_status;
END $$;

-- As 0015 does for the functions before it.
DO $$
BEGIN
  REVOKE ALL ON FUNCTION ledger_lock_month(text, boolean) FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION ledger_lock_month(text, boolean) TO hongze_app, hongze_worker;
  ALTER FUNCTION ledger_lock_month(text, boolean) OWNER TO hongze_ledger;
EXCEPTION WHEN undefined_object OR insufficient_privilege THEN
  RAISE NOTICE 'ledger_lock_month stays with this user: its guards alone hold';
END $$;
