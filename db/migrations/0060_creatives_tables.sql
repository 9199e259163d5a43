-- Why: what is shown and the review it passed; approval is bound to a hash of the content.

CREATE TABLE asset (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  advertiser_id bigint NOT NULL,
  sha256 text NOT NULL,
  media_type text NOT NULL,
  bytes integer NOT NULL,
  width integer,
  height integer,
  duration_ms integer,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL
);

CREATE TABLE creative (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  advertiser_id bigint NOT NULL,
  name text NOT NULL,
  format text NOT NULL,
  w integer,
  h integer,
  content jsonb NOT NULL,
  landing_url text NOT NULL,
  category text NOT NULL,
  approval_no text,
  approval_expires_on date,
  ai_generated boolean DEFAULT false NOT NULL,
  is_psa boolean DEFAULT false NOT NULL,
  status text DEFAULT 'draft' NOT NULL,
  content_hash text NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL
);

CREATE TABLE creative_review (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  creative_id bigint NOT NULL,
  content_hash text NOT NULL,
  verdict text NOT NULL,
  reject_reason text,
  findings jsonb DEFAULT '[]'::jsonb NOT NULL,
  reviewer text NOT NULL,
  reviewed_at timestamptz DEFAULT now() NOT NULL
);

ALTER TABLE creative_review ADD CONSTRAINT creative_review_creative_id_creative_id_fk FOREIGN KEY (creative_id) REFERENCES creative(id);
CREATE UNIQUE INDEX asset_owner_sha256 ON asset (advertiser_id,sha256);
CREATE INDEX creative_advertiser ON creative (advertiser_id);
CREATE INDEX creative_review_creative ON creative_review (creative_id);

-- The review desk: what waits, who holds it, who approved first where the law wants two pairs of eyes.
CREATE TABLE review_task (
  creative_id bigint PRIMARY KEY,
  content_hash text NOT NULL,
  submitted_by text NOT NULL,
  submitted_at timestamptz NOT NULL,
  appeal text,
  findings jsonb DEFAULT '[]'::jsonb NOT NULL,
  locked_by text,
  locked_until timestamptz,
  first_approver text,
  CONSTRAINT review_task_creative_id_creative_id_fk FOREIGN KEY (creative_id) REFERENCES creative(id)
);
CREATE INDEX review_task_submitted ON review_task (submitted_at);
