-- Why: how an outlet takes bookings (by itself, or after asking a person), how much public-service airtime it owes, how long a
-- broadcast spot is and in which hour it airs (order 61 limits minutes by the hour), and where a screen stands, so that a
-- geotagged photo can be held against it.
ALTER TABLE outlet
  ADD COLUMN acceptance jsonb NOT NULL
    DEFAULT '{"auto": false, "leadDays": 0, "categories": [], "maxDiscountPpm": 0}',
  ADD COLUMN psa_quota_ppm integer NOT NULL DEFAULT 30000 CHECK (psa_quota_ppm BETWEEN 0 AND 1000000);

ALTER TABLE property
  ADD COLUMN latitude double precision CHECK (latitude BETWEEN -90 AND 90),
  ADD COLUMN longitude double precision CHECK (longitude BETWEEN -180 AND 180),
  ADD CHECK ((latitude IS NULL) = (longitude IS NULL));

ALTER TABLE placement
  ADD COLUMN spot_seconds integer CHECK (spot_seconds BETWEEN 1 AND 300),
  ADD COLUMN air_hour integer CHECK (air_hour BETWEEN 0 AND 23);

-- Public-service airings as the outlet logs them. A correction is a further row with negative figures.
CREATE TABLE psa_airing (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  outlet_id bigint NOT NULL REFERENCES outlet (id),
  property_id bigint NOT NULL REFERENCES property (id),
  day date NOT NULL,
  air_hour integer NOT NULL CHECK (air_hour BETWEEN 0 AND 23),
  airings integer NOT NULL CHECK (airings <> 0),
  seconds integer NOT NULL CHECK (seconds <> 0),
  note text,
  logged_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX psa_airing_property_day ON psa_airing (property_id, day);
CREATE INDEX psa_airing_outlet ON psa_airing (outlet_id);
