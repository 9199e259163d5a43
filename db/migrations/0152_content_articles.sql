-- Why: what an article is about decides which ads stand beside it. Two and a half million come a day, so that they lie in daily
-- partitions and are dropped with them; their text is read once and not kept.

CREATE TABLE article (
  day          date NOT NULL,
  -- Of the page's canonical address; the name of its record in Redis.
  url_hash     text NOT NULL,
  url          text NOT NULL,
  outlet_id    bigint NOT NULL,
  property_id  bigint NOT NULL,
  title        text NOT NULL,
  channel      text,
  categories   text[] NOT NULL,
  keywords     text[] NOT NULL,
  -- Brand-safety labels.
  safety       text[] NOT NULL,
  -- Who said so: the rules, or a person, whose word the rules do not overwrite.
  source       text NOT NULL DEFAULT 'rules' CHECK (source IN ('rules', 'person')),
  published_at timestamptz NOT NULL,
  received_at  timestamptz NOT NULL,
  PRIMARY KEY (day, url_hash)
) PARTITION BY RANGE (day);
CREATE INDEX article_outlet ON article (outlet_id, received_at);

CREATE FUNCTION article_partition(wanted date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  name text := 'article_' || to_char(wanted, 'YYYYMMDD');
BEGIN
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(7152, wanted - date '2000-01-01');
  IF EXISTS (SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'article'::regclass AND c.relname = name) THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I PARTITION OF article FOR VALUES FROM (%L) TO (%L)', name, wanted, wanted + 1);
END $$;
