-- Why: readers say what is wrong with an ad, and somebody must look and answer (Algorithmic Recommendation Rules 22). One case an ad
-- and reason gathers what many say; sayings of readers are kept by pseudonym, counted by ad, outlet and county.

CREATE TABLE feedback_case (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  advertiser_id  bigint NOT NULL,
  creative_id    bigint NOT NULL,
  -- 'notInterested' or the reason of a report.
  reason         text NOT NULL,
  kind           text NOT NULL CHECK (kind IN ('report', 'notInterested')),
  status         text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'upheld', 'dismissed')),
  sayings        integer NOT NULL DEFAULT 0,
  -- 100 and more: first in the queue.
  urgency        integer NOT NULL DEFAULT 0,
  first_at       timestamptz NOT NULL,
  last_at        timestamptz NOT NULL,
  locked_by      text,
  locked_until   timestamptz,
  -- What the reviewer found, and what was said to the advertiser.
  answer         text,
  advertiser_reply text,
  decided_by     text,
  decided_at     timestamptz,
  version        integer DEFAULT 1 NOT NULL,
  created_at     timestamptz DEFAULT now() NOT NULL,
  updated_at     timestamptz DEFAULT now() NOT NULL
);
CREATE UNIQUE INDEX feedback_case_open ON feedback_case (creative_id, kind, reason) WHERE status = 'open';
CREATE INDEX feedback_case_advertiser ON feedback_case (advertiser_id, id);
CREATE INDEX feedback_case_queue ON feedback_case (urgency DESC, id) WHERE status = 'open';

CREATE TABLE feedback (
  key           text PRIMARY KEY,
  case_id       bigint NOT NULL REFERENCES feedback_case (id),
  kind          text NOT NULL,
  reason        text,
  at            timestamptz NOT NULL,
  outlet_id     bigint NOT NULL,
  placement_id  bigint NOT NULL,
  division_code text NOT NULL,
  advertiser_id bigint NOT NULL,
  campaign_id   bigint NOT NULL,
  line_item_id  bigint NOT NULL,
  creative_id   bigint NOT NULL,
  user_hash     text NOT NULL
);
CREATE INDEX feedback_case_key ON feedback (case_id, at);
CREATE INDEX feedback_at ON feedback (at);

-- The advertiser is told of a case when it opens.
CREATE FUNCTION feedback_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM webhook_emit(a.organization_id, 'feedback.created', 'feedbackCase:' || NEW.id, jsonb_build_object('id', NEW.id,
    'advertiserId', NEW.advertiser_id, 'creativeId', NEW.creative_id, 'kind', NEW.kind, 'reason', NEW.reason))
  FROM advertiser a WHERE a.id = NEW.advertiser_id;
  RETURN NULL;
END $$;
CREATE TRIGGER feedback_told AFTER INSERT ON feedback_case FOR EACH ROW EXECUTE FUNCTION feedback_told();
