-- Why: whoever integrates with us wants to be told instead of asking. What changed is noted by triggers in the writer's own
-- transaction, so that no slice can forget to, and what was rolled back is never told; delivery happens later, apart.

CREATE TABLE webhook_endpoint (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  organization_id text NOT NULL,
  name text NOT NULL,
  url text NOT NULL,
  -- Kinds wanted; '*' is all of them.
  kinds text[] NOT NULL,
  status text DEFAULT 'active' NOT NULL CHECK (status IN ('active', 'paused', 'disabled')),
  secret text NOT NULL,
  -- Still signed with until then, after a rotation.
  previous_secret text,
  previous_until timestamptz,
  -- Since when nothing arrives; null: the last one did.
  failing_since timestamptz,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL
);
CREATE INDEX webhook_endpoint_organization ON webhook_endpoint (organization_id);

CREATE TABLE webhook_event (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  organization_id text NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  payload jsonb NOT NULL,
  at timestamptz DEFAULT now() NOT NULL
);
CREATE INDEX webhook_event_organization ON webhook_event (organization_id, id);
CREATE INDEX webhook_event_at ON webhook_event (at);

CREATE TABLE webhook_delivery (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  organization_id text NOT NULL,
  endpoint_id bigint NOT NULL REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
  event_id bigint NOT NULL REFERENCES webhook_event (id) ON DELETE CASCADE,
  status text DEFAULT 'pending' NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
  attempts integer DEFAULT 0 NOT NULL,
  -- When it is due; null with 'pending': at once.
  next_at timestamptz,
  last_attempt_at timestamptz,
  last_status integer,
  last_error text,
  delivered_at timestamptz
);
CREATE INDEX webhook_delivery_endpoint ON webhook_delivery (endpoint_id, id);
CREATE INDEX webhook_delivery_due ON webhook_delivery (next_at NULLS FIRST) WHERE status = 'pending';

-- Runs as its owner: the writer acts for another organisation than the one that is told.
CREATE FUNCTION webhook_emit(p_organization text, p_kind text, p_subject text, p_payload jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF p_organization IS NULL OR NOT EXISTS (SELECT FROM webhook_endpoint e WHERE e.organization_id = p_organization
      AND e.status = 'active' AND (p_kind = ANY (e.kinds) OR '*' = ANY (e.kinds))) THEN
    RETURN;
  END IF;
  WITH made AS (
    INSERT INTO webhook_event (organization_id, kind, subject, payload)
    VALUES (p_organization, p_kind, p_subject, p_payload) RETURNING id
  )
  INSERT INTO webhook_delivery (organization_id, endpoint_id, event_id)
  SELECT p_organization, e.id, made.id FROM webhook_endpoint e, made
  WHERE e.organization_id = p_organization AND e.status = 'active' AND (p_kind = ANY (e.kinds) OR '*' = ANY (e.kinds));
END $$;

-- Tells the owner that a status changed. TG_ARGV: the subject's word, whose column names the owner.
CREATE FUNCTION webhook_status_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_row jsonb := to_jsonb(NEW);
  v_old jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END;
  v_owner text := v_row ->> TG_ARGV[1];
  v_organization text;
BEGIN
  FOR v_organization IN
    SELECT v_owner WHERE TG_ARGV[1] = 'organization_id'
    UNION SELECT organization_id FROM advertiser WHERE TG_ARGV[1] = 'advertiser_id' AND id = v_owner::bigint
    UNION SELECT agency_organization_id FROM advertiser WHERE TG_ARGV[1] = 'advertiser_id' AND id = v_owner::bigint
    UNION SELECT organization_id FROM outlet WHERE TG_ARGV[1] = 'outlet_id' AND id = v_owner::bigint
  LOOP
    PERFORM webhook_emit(v_organization, TG_ARGV[0] || '.status', TG_ARGV[0] || ':' || (v_row ->> 'id'),
      jsonb_strip_nulls(jsonb_build_object('id', v_row -> 'id', 'status', v_row -> 'status',
        'previousStatus', v_old -> 'status', 'advertiserId', v_row -> 'advertiser_id',
        'outletId', v_row -> 'outlet_id', 'version', v_row -> 'version')));
  END LOOP;
  RETURN NULL;
END $$;

DO $$
DECLARE
  watched text[][] := ARRAY[
    ['creative', 'creative', 'advertiser_id'],
    ['campaign', 'campaign', 'advertiser_id'],
    ['line_item', 'lineItem', 'advertiser_id'],
    ['booking_order', 'order', 'advertiser_id'],
    ['top_up', 'topUp', 'advertiser_id'],
    ['statement', 'statement', 'outlet_id'],
    ['payout', 'payout', 'outlet_id']
  ];
  w text[];
BEGIN
  FOREACH w SLICE 1 IN ARRAY watched LOOP
    EXECUTE format('CREATE TRIGGER webhook_status AFTER UPDATE OF status ON %I FOR EACH ROW
      WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION webhook_status_changed(%L, %L)', w[1], w[2], w[3]);
  END LOOP;
END $$;
