-- Why: what a machine suggested must be told apart from what people wrote, for as long as ads are kept (AI-content labelling
-- measures, 2025): who asked what, what came back, what the rules said to it.

CREATE TABLE assistant_log (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  organization_id text NOT NULL,
  advertiser_id   bigint,
  user_id         text NOT NULL,
  task            text NOT NULL CHECK (task IN ('copy', 'proofread', 'precheck')),
  model           text NOT NULL,
  asked           jsonb NOT NULL,
  -- Null: there was none that could be used; `error` says why.
  answered        jsonb,
  error           text,
  took_ms         integer NOT NULL,
  at              timestamptz NOT NULL
);
CREATE INDEX assistant_log_organization ON assistant_log (organization_id, at);
