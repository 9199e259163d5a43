-- Who may do what. `hongze_ledger` owns the tables and the functions; `hongze_app` reads and calls the functions,
-- which run as their owner, and can write nothing by itself. The role that runs the application is granted
-- hongze_app. On a managed database where this user may not create roles everything stays with this user and the
-- triggers alone hold the rules: a notice says so.
DO $$
DECLARE
  v_role text;
  v_table text;
  v_function regprocedure;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['hongze_ledger', 'hongze_app'] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = v_role) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
      EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL; -- another database's migration was quicker
        WHEN insufficient_privilege THEN
          RAISE NOTICE 'role % cannot be created here: the ledger is guarded by its triggers only', v_role;
          RETURN;
      END;
    END IF;
  END LOOP;

  BEGIN
    EXECUTE 'GRANT USAGE ON SCHEMA public TO hongze_ledger, hongze_app';
    FOREACH v_table IN ARRAY ARRAY['account_kind', 'account', 'balance', 'period', 'journal', 'entry', 'hold',
      'hold_capture', 'journal_block', 'period_balance'] LOOP
      EXECUTE format('REVOKE ALL ON TABLE %I FROM PUBLIC', v_table);
      EXECUTE format('GRANT SELECT ON TABLE %I TO hongze_app', v_table);
      EXECUTE format('GRANT SELECT, INSERT, UPDATE ON TABLE %I TO hongze_ledger', v_table);
    END LOOP;
    FOR v_function IN
      SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'ledger\_%'
    LOOP
      EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', v_function);
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hongze_ledger', v_function);
      -- Only what runs as its owner is a door; the rest are the door's own parts, or pure.
      IF (SELECT p.prosecdef OR p.provolatile = 'i' OR p.proname IN ('ledger_period_hash', 'ledger_chain_hash')
            FROM pg_proc p WHERE p.oid = v_function) THEN
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hongze_app', v_function);
      END IF;
      IF (SELECT p.prosecdef FROM pg_proc p WHERE p.oid = v_function) THEN
        EXECUTE format('ALTER FUNCTION %s OWNER TO hongze_ledger', v_function);
      END IF;
    END LOOP;
  EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'ledger ownership cannot be given away here: the triggers alone hold the rules';
  END;
END $$;
