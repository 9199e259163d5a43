-- A one-time code approves once: the step of each code that was taken, so that a watched or replayed one is worth nothing.
CREATE TABLE second_factor_use (
  user_id text NOT NULL,
  step    bigint NOT NULL,
  used_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, step)
);
