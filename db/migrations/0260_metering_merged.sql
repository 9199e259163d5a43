-- Why: hourly sums are going to be kept in two parts (0262), told apart by this column; every sum that stands is a merged one.

ALTER TABLE rollup_hour ADD COLUMN merged boolean NOT NULL DEFAULT true;
ALTER TABLE rollup_hour ADD CONSTRAINT rollup_hour_merged CHECK (merged) NOT VALID;
