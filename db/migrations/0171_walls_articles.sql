-- Why: the worker owns no table, so that days of articles past keeping are dropped for it by their owner.
CREATE FUNCTION article_partition_drop(before date) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  name text;
  dropped integer := 0;
BEGIN
  FOR name IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'article'::regclass AND c.relname < 'article_' || to_char(before, 'YYYYMMDD')
  LOOP
    EXECUTE format('DROP TABLE %I', name);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;
