-- Why: how long a click or a view may be the cause of an order is the advertiser's to say, within limits; and a shop without a
-- server of its own tells its orders by a pixel, under a key that can be changed when it is abused.

CREATE TABLE attribution_setting (
  advertiser_id     bigint PRIMARY KEY REFERENCES advertiser (id),
  click_window_days integer NOT NULL DEFAULT 7 CHECK (click_window_days BETWEEN 1 AND 30),
  view_window_days  integer NOT NULL DEFAULT 1 CHECK (view_window_days BETWEEN 0 AND 7),
  -- Null: the pixel is off.
  pixel_key         text UNIQUE,
  updated_at        timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE conversion ADD COLUMN source text NOT NULL DEFAULT 'server' CHECK (source IN ('server', 'shop', 'pixel'));
