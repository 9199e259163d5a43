-- Why: an advertiser speaks to those it knows, who clicked, or who read about its subject. Kept are pseudonyms only, each with an
-- end, and a list of those who asked to be forgotten, whom no later upload brings back (PIPL 15, 47).

CREATE TABLE segment (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  advertiser_id bigint NOT NULL REFERENCES advertiser (id),
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('upload', 'behaviour', 'interest')),
  definition jsonb NOT NULL,
  -- PIPL 13: why these data may be processed, and how that is known.
  consent_basis text NOT NULL CHECK (consent_basis IN ('consent', 'contract')),
  consent_note text NOT NULL,
  -- Days a membership lasts after it was given or last earned.
  member_days integer NOT NULL CHECK (member_days BETWEEN 1 AND 180),
  status text DEFAULT 'active' NOT NULL CHECK (status IN ('active', 'paused', 'deleted')),
  size integer DEFAULT 0 NOT NULL,
  -- Members in Redis may differ from those here: the worker writes them.
  is_dirty boolean DEFAULT false NOT NULL,
  refreshed_at timestamptz,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL
);
CREATE INDEX segment_advertiser ON segment (advertiser_id);
CREATE INDEX segment_dirty ON segment (id) WHERE is_dirty;

CREATE TABLE segment_member (
  segment_id bigint NOT NULL REFERENCES segment (id),
  user_hash  text NOT NULL,
  -- The last day of it.
  last_day   date NOT NULL,
  PRIMARY KEY (segment_id, user_hash)
);
CREATE INDEX segment_member_user ON segment_member (user_hash);
CREATE INDEX segment_member_last_day ON segment_member (last_day);

CREATE TABLE segment_upload (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  segment_id bigint NOT NULL REFERENCES segment (id),
  advertiser_id bigint NOT NULL,
  user_id text NOT NULL,
  -- 'add' or 'remove'
  act text NOT NULL CHECK (act IN ('add', 'remove')),
  line_count integer NOT NULL,
  changed integer NOT NULL,
  consent_basis text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX segment_upload_segment ON segment_upload (segment_id, id);

-- Clicks and conversions by day and reader: the raw events are too many to look through for every segment.
CREATE TABLE reader_action (
  day           date NOT NULL,
  advertiser_id bigint NOT NULL,
  campaign_id   bigint NOT NULL,
  line_item_id  bigint NOT NULL,
  kind          smallint NOT NULL,
  user_hash     text NOT NULL,
  actions       integer NOT NULL,
  PRIMARY KEY (advertiser_id, day, line_item_id, kind, user_hash)
);
CREATE INDEX reader_action_user ON reader_action (user_hash);

CREATE TABLE reader_interest (
  day       date NOT NULL,
  category  text NOT NULL,
  user_hash text NOT NULL,
  views     integer NOT NULL,
  PRIMARY KEY (category, day, user_hash)
);
CREATE INDEX reader_interest_user ON reader_interest (user_hash);

CREATE TABLE reader_erasure (
  user_hash       text PRIMARY KEY,
  organization_id text NOT NULL,
  user_id         text NOT NULL,
  at              timestamptz NOT NULL
);
