-- Why: what was approved may change behind its link, its permit may lapse, and the law wants all of it kept for three years
-- (Internet Advertising Measures 2023, 14–16). Landing pages are looked at again, papers have a vault with an end, and every
-- approved version is archived by the database itself, whoever writes the verdict.

ALTER TABLE asset ADD COLUMN variant_of bigint, ADD COLUMN source_url text;

CREATE TABLE landing_page (
  creative_id     bigint PRIMARY KEY REFERENCES creative (id),
  advertiser_id   bigint NOT NULL,
  -- The content whose approval the baseline belongs to.
  content_hash    text NOT NULL,
  status          text NOT NULL CHECK (status IN ('ok', 'unreachable', 'gone', 'changed', 'refused')),
  -- As first seen under this approval: where it ended, and what it said.
  baseline_host   text,
  baseline_print  integer[],
  baseline_words  text[] NOT NULL DEFAULT '{}',
  failures        integer NOT NULL DEFAULT 0,
  checked_at      timestamptz NOT NULL,
  next_check_at   timestamptz NOT NULL
);
CREATE INDEX landing_page_due ON landing_page (next_check_at);

CREATE TABLE landing_check (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  creative_id   bigint NOT NULL REFERENCES creative (id),
  advertiser_id bigint NOT NULL,
  at            timestamptz NOT NULL,
  outcome       text NOT NULL,
  http_status   integer,
  -- Every address on the way.
  urls          text[] NOT NULL,
  title         text,
  similarity    real,
  detail_zh     text NOT NULL,
  detail_en     text NOT NULL
);
CREATE INDEX landing_check_creative ON landing_check (creative_id, id);

CREATE TABLE qualification (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  advertiser_id bigint NOT NULL REFERENCES advertiser (id),
  kind          text NOT NULL,
  number        text NOT NULL,
  issuer        text,
  categories    text[] NOT NULL DEFAULT '{}',
  valid_from    date,
  valid_until   date,
  asset_sha256  text,
  status        text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'verified', 'rejected', 'withdrawn')),
  reject_reason text,
  verified_by   text,
  verified_at   timestamptz,
  version       integer DEFAULT 1 NOT NULL,
  created_at    timestamptz DEFAULT now() NOT NULL,
  updated_at    timestamptz DEFAULT now() NOT NULL
);
CREATE INDEX qualification_advertiser ON qualification (advertiser_id);
CREATE UNIQUE INDEX qualification_number ON qualification (advertiser_id, kind, number) WHERE status <> 'withdrawn';

CREATE TABLE creative_archive (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  creative_id     bigint NOT NULL,
  content_hash    text NOT NULL,
  advertiser_id   bigint NOT NULL,
  advertiser_name text NOT NULL,
  -- The creative as it was approved, its verdict, and the papers that stood behind it.
  version_shown   jsonb NOT NULL,
  verdict         jsonb NOT NULL,
  papers          jsonb NOT NULL,
  approved_at     timestamptz NOT NULL,
  first_shown_on  date,
  last_shown_on   date,
  -- Three years after it was last shown.
  keep_until      date NOT NULL
);
CREATE UNIQUE INDEX creative_archive_version ON creative_archive (creative_id, content_hash);
CREATE INDEX creative_archive_advertiser ON creative_archive (advertiser_id, id);

CREATE FUNCTION creative_archived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO creative_archive (creative_id, content_hash, advertiser_id, advertiser_name, version_shown, verdict, papers,
    approved_at, keep_until)
  SELECT c.id, NEW.content_hash, c.advertiser_id, a.name, to_jsonb(c) - 'status' - 'updated_at', to_jsonb(NEW),
    coalesce((SELECT jsonb_agg(to_jsonb(q) ORDER BY q.id) FROM qualification q
      WHERE q.advertiser_id = c.advertiser_id AND q.status = 'verified'), '[]'),
    NEW.reviewed_at, (NEW.reviewed_at + interval '3 years')::date
  FROM creative c JOIN advertiser a ON a.id = c.advertiser_id
  WHERE c.id = NEW.creative_id AND c.content_hash = NEW.content_hash
  ON CONFLICT (creative_id, content_hash) DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER creative_archived AFTER INSERT ON creative_review FOR EACH ROW
  WHEN (NEW.verdict IN ('approved', 'overruled')) EXECUTE FUNCTION creative_archived();

-- What is kept is kept as it was: only when it was shown may be added, and nothing goes before its time.
CREATE FUNCTION creative_archive_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.keep_until >= current_date THEN
      RAISE EXCEPTION 'creative_archive % is kept until %', OLD.id, OLD.keep_until USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF (to_jsonb(NEW) - ARRAY['first_shown_on', 'last_shown_on', 'keep_until'])
    IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['first_shown_on', 'last_shown_on', 'keep_until'])
    OR NEW.keep_until < OLD.keep_until THEN
    RAISE EXCEPTION 'creative_archive % does not change', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER creative_archive_guard BEFORE UPDATE OR DELETE ON creative_archive
  FOR EACH ROW EXECUTE FUNCTION creative_archive_guard();
