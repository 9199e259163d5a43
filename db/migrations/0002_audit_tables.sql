-- Why: who did what, in an order nobody can quietly change. An entry is written in the caller's own transaction and linked
-- into a hash chain at its commit (a deferred trigger), so that the chain's lock is held for microseconds, last of all locks,
-- and never deadlocks with business rows. Measured against linking at insert: that serialised every writer for the length
-- of its transaction.

CREATE TABLE audit_entry (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL,
  user_id text NOT NULL,
  organization_id text,
  action text NOT NULL,
  subject text NOT NULL,
  before jsonb,
  after jsonb,
  request_id text,
  chain_no bigint,
  previous_hash text,
  hash text,
  CONSTRAINT audit_entry_chain_no_unique UNIQUE (chain_no)
);
CREATE INDEX audit_entry_subject ON audit_entry (subject, id);
CREATE INDEX audit_entry_user ON audit_entry (user_id, id);

CREATE TABLE audit_chain (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  last_no bigint NOT NULL,
  last_hash text NOT NULL
);
INSERT INTO audit_chain (last_no, last_hash) VALUES (0, repeat('0', 64));

-- Fields are joined by a unit separator, and a null is told from an empty text.
CREATE FUNCTION audit_hash(e audit_entry, no bigint, previous text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT encode(sha256(convert_to(concat_ws(E'\x1f',
    previous, no::text, e.id::text, (extract(epoch FROM e.at) * 1000000)::bigint::text, e.user_id,
    coalesce('=' || e.organization_id, '-'), e.action, e.subject, coalesce('=' || e.before::text, '-'),
    coalesce('=' || e.after::text, '-'), coalesce('=' || e.request_id, '-')), 'UTF8')), 'hex')
$$;

CREATE FUNCTION audit_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  head audit_chain;
  linked text;
BEGIN
  SELECT * INTO head FROM audit_chain FOR UPDATE;
  linked := audit_hash(NEW, head.last_no + 1, head.last_hash);
  UPDATE audit_entry SET chain_no = head.last_no + 1, previous_hash = head.last_hash, hash = linked WHERE id = NEW.id;
  UPDATE audit_chain SET last_no = head.last_no + 1, last_hash = linked;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER audit_entry_link AFTER INSERT ON audit_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_link();

CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- The link itself is the one update there is.
  IF TG_OP = 'UPDATE' AND OLD.hash IS NULL AND NEW.hash IS NOT NULL
    AND to_jsonb(NEW) - '{chain_no,previous_hash,hash}'::text[] = to_jsonb(OLD) - '{chain_no,previous_hash,hash}'::text[]
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'audit_entry is append-only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();

-- The answer given to an Idempotency-Key: the same transaction as what the request did, so there is never one without
-- the other.
CREATE TABLE idempotency_key (
  organization_id text NOT NULL,
  key text NOT NULL,
  request_sha256 text NOT NULL,
  status integer,
  response text,
  created_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT idempotency_key_organization_id_key_pk PRIMARY KEY (organization_id, key)
);
CREATE INDEX idempotency_key_created ON idempotency_key (created_at);
