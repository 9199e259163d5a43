-- Why: click and conversion rates are learned from the events as they come, by whichever worker leads; what was learned and how
-- far is kept together, so that another goes on exactly there. Events are read by time, in the order in which they were written:
-- a block-range index finds them and costs their writer next to nothing.

CREATE TABLE rate_model (
  id                   integer PRIMARY KEY CHECK (id = 1),
  state                bytea NOT NULL,
  impressions_until_ms bigint NOT NULL,
  clicks_until_ms      bigint NOT NULL,
  saved_at             timestamptz NOT NULL
);

CREATE INDEX event_at_ms ON event USING brin (at_ms) WITH (pages_per_range = 32, autosummarize = on);
