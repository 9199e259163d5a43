-- Why: the second wall. A route asks whose a thing is (api/http/auth.ts); should one forget, PostgreSQL asks again. Two roles
-- that never log in: `hongze_app` sees the rows of one organisation, named for one transaction by `hongze.organization`;
-- `hongze_worker` sees all rows and is what the worker, the platform's own people and sign-in act as. Neither owns a table,
-- so neither escapes the ledger's grants. Which rows are whose is declared in db/walls/owners.ts and laid over the tables after
-- each run of the migrations, so that a new table never stands without. Settings are local to a transaction: PgBouncer may
-- stand between.
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'hongze_worker') THEN
    CREATE ROLE hongze_worker NOLOGIN;
  END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL; -- another database's migration was quicker
  WHEN insufficient_privilege THEN
    RAISE NOTICE 'role hongze_worker cannot be created here: ownership is checked by the program alone';
END $$;

CREATE FUNCTION wall_organization() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT nullif(current_setting('hongze.organization', true), '')
$$;

CREATE FUNCTION wall_person() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT nullif(current_setting('hongze.person', true), '')
$$;

-- As their owner: whose an advertiser is must not depend on what may be seen of it. Called once a query (an InitPlan).
CREATE FUNCTION wall_advertisers() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(id), '{}') FROM advertiser
   WHERE organization_id = wall_organization() OR agency_organization_id = wall_organization()
$$;

CREATE FUNCTION wall_outlets() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(id), '{}') FROM outlet WHERE organization_id = wall_organization()
$$;

-- Codes of the ledger's accounts that are kept for one of ours.
CREATE FUNCTION wall_accounts() RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT array_agg('wallet:' || id) FROM unnest(wall_advertisers()) id), '{}')
      || coalesce((SELECT array_agg('payable:' || id) FROM unnest(wall_outlets()) id), '{}')
$$;

-- The chain's head belongs to nobody, and what these write is the same whoever causes it.
ALTER FUNCTION audit_link() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION event_partition(date) SECURITY DEFINER SET search_path = public, pg_temp;

-- Dropping what is past retention, which only an owner may; asked for by the worker.
CREATE FUNCTION event_partition_drop(before date) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  name text;
  dropped integer := 0;
BEGIN
  FOR name IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'event'::regclass AND c.relname < 'event_' || to_char(before, 'YYYYMMDD')
  LOOP
    EXECUTE format('DROP TABLE %I', name);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;
REVOKE ALL ON FUNCTION event_partition_drop(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION event_partition(date) FROM PUBLIC;
