-- Contracts: who shares what is earned on an outlet, a property, a placement or a deal, from which day. A version's
-- terms are frozen once it is active; only its end may still be set. Overlap is refused by an exclusion constraint on
-- the scope's text: no extension is needed, unlike for btree_gist.
CREATE TYPE textrange AS RANGE (subtype = text, collation = "C");

CREATE TABLE contract (
  id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  name          text NOT NULL,
  -- resale: the platform buys the inventory and sells it as principal; agency: it sells in the outlet's name.
  kind          text NOT NULL DEFAULT 'resale' CHECK (kind IN ('resale', 'agency')),
  outlet_id     bigint NOT NULL REFERENCES outlet (id),
  property_id   bigint REFERENCES property (id),
  placement_id  bigint REFERENCES placement (id),
  deal_id       text,
  -- The most specific of the four: what two active versions may not share on one day.
  scope         text NOT NULL GENERATED ALWAYS AS (
    CASE WHEN deal_id IS NOT NULL THEN 'deal:' || deal_id || ':' || outlet_id
         WHEN placement_id IS NOT NULL THEN 'placement:' || placement_id
         WHEN property_id IS NOT NULL THEN 'property:' || property_id
         ELSE 'outlet:' || outlet_id END) STORED,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX contract_outlet ON contract (outlet_id);

CREATE TABLE contract_version (
  id             bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  contract_id    bigint NOT NULL REFERENCES contract (id),
  number         integer NOT NULL CHECK (number >= 1),
  scope          text NOT NULL,
  status         text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'active', 'discarded')),
  effective_from date NOT NULL,
  effective_to   date,                       -- exclusive; null: until further notice
  -- What the contract's outlet earns a month at least; the platform adds the difference.
  minimum_monthly_micro_cny bigint NOT NULL DEFAULT 0 CHECK (minimum_monthly_micro_cny >= 0),
  activated_at   timestamptz,
  activated_by   text,
  version        integer NOT NULL DEFAULT 1,
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now(),
  UNIQUE (contract_id, number),
  CHECK (effective_to IS NULL OR effective_to >= effective_from),
  CHECK ((status = 'active') = (activated_at IS NOT NULL)),
  CONSTRAINT contract_version_no_overlap EXCLUDE USING gist (
    textrange(scope, scope, '[]') WITH &&, daterange(effective_from, effective_to) WITH &&
  ) WHERE (status = 'active')
);

-- Shares, by volume tier: tier k holds for the month's gross from `from_micro_cny` up to the next tier's.
CREATE TABLE contract_party (
  contract_version_id bigint NOT NULL REFERENCES contract_version (id),
  tier            smallint NOT NULL CHECK (tier >= 0),
  ordinal         smallint NOT NULL CHECK (ordinal >= 0),
  from_micro_cny  bigint NOT NULL CHECK (from_micro_cny >= 0),
  outlet_id       bigint REFERENCES outlet (id), -- null: the platform
  share_ppm       integer NOT NULL CHECK (share_ppm BETWEEN 0 AND 1000000),
  PRIMARY KEY (contract_version_id, tier, ordinal),
  CHECK ((tier = 0) = (from_micro_cny = 0))
);

-- What rounding owes each party so far, in millionths of a µCNY; sums to zero a tier.
CREATE TABLE contract_residual (
  contract_version_id bigint NOT NULL REFERENCES contract_version (id),
  tier        smallint NOT NULL,
  ordinal     smallint NOT NULL,
  residual    bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (contract_version_id, tier, ordinal)
);

-- A month's gross under a version, which places it on the tiers; and the last day it was used on.
CREATE TABLE contract_volume (
  contract_version_id bigint NOT NULL REFERENCES contract_version (id),
  month           text NOT NULL,
  gross_micro_cny bigint NOT NULL DEFAULT 0,
  last_day        date NOT NULL,
  PRIMARY KEY (contract_version_id, month)
);

CREATE FUNCTION contract_freeze_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'contract version % cannot be deleted', OLD.id USING ERRCODE = 'HC001';
  END IF;
  IF OLD.status = 'draft' AND NEW.status = 'active' AND EXISTS (
    SELECT 1 FROM (SELECT tier, sum(share_ppm) AS total FROM contract_party
                    WHERE contract_version_id = NEW.id GROUP BY tier
                   UNION ALL SELECT 0, 0 WHERE NOT EXISTS (
                     SELECT 1 FROM contract_party WHERE contract_version_id = NEW.id AND tier = 0)) t
     WHERE t.total <> 1000000) THEN
    RAISE EXCEPTION 'shares of contract version % do not sum to 1000000', NEW.id USING ERRCODE = 'HC002';
  END IF;
  IF OLD.status <> 'draft' AND (
       (NEW.contract_id, NEW.number, NEW.scope, NEW.status, NEW.effective_from, NEW.minimum_monthly_micro_cny,
        NEW.activated_at, NEW.activated_by)
       IS DISTINCT FROM
       (OLD.contract_id, OLD.number, OLD.scope, OLD.status, OLD.effective_from, OLD.minimum_monthly_micro_cny,
        OLD.activated_at, OLD.activated_by)
     OR coalesce(NEW.effective_to, 'infinity') > coalesce(OLD.effective_to, 'infinity')) THEN
    RAISE EXCEPTION 'contract version % is frozen', OLD.id USING ERRCODE = 'HC001';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER contract_version_freeze BEFORE UPDATE OR DELETE ON contract_version
  FOR EACH ROW EXECUTE FUNCTION contract_freeze_version();

CREATE FUNCTION contract_freeze_parties() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_id bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.contract_version_id ELSE OLD.contract_version_id END;
BEGIN
  IF (SELECT status FROM contract_version WHERE id = v_id FOR SHARE) <> 'draft' THEN
    RAISE EXCEPTION 'contract version % is frozen', v_id USING ERRCODE = 'HC001';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER contract_party_freeze BEFORE INSERT OR UPDATE OR DELETE ON contract_party
  FOR EACH ROW EXECUTE FUNCTION contract_freeze_parties();
