-- Why: a conversion is told by the advertiser's server and must count once an order, whatever is retried; what it was attributed
-- to is kept beside it, for an advertiser to check.

CREATE TABLE conversion (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  advertiser_id   bigint NOT NULL REFERENCES advertiser (id),
  order_id        text NOT NULL CHECK (length(order_id) BETWEEN 1 AND 128),
  kind            text NOT NULL CHECK (kind IN ('order', 'lead', 'download', 'visit', 'other')),
  value_micro_cny bigint NOT NULL DEFAULT 0 CHECK (value_micro_cny >= 0),
  at              timestamptz NOT NULL,
  request_id      text NOT NULL,
  -- Null: no click or view of this advertiser's within the window.
  attributed_to   text CHECK (attributed_to IN ('click', 'view')),
  campaign_id     bigint,
  line_item_id    bigint,
  creative_id     bigint,
  UNIQUE (advertiser_id, order_id)
);
CREATE INDEX conversion_line_item ON conversion (line_item_id, at);
