-- Why: figures are provisional until the whole day has been looked at; this says which days are final, and what that removed.

CREATE TABLE metering_final (
  day               date PRIMARY KEY,
  finalized_at      timestamptz NOT NULL,
  removed_events    bigint NOT NULL,
  removed_micro_cny bigint NOT NULL
);
