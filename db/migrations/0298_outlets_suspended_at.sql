-- Why: booked days that begin while their outlet is suspended are given back. Since when it is stood in updated_at, which any edit of
-- a suspended outlet moved past the day's beginning, so that the day was sold on.
ALTER TABLE outlet ADD COLUMN suspended_at timestamptz;
UPDATE outlet SET suspended_at = updated_at WHERE status = 'suspended';
