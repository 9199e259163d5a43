-- Why: a booked day (a slot, a spot, a post) is charged like an hour of delivery: same splits, same statements. A charge is
-- therefore of a line item or of a booking line. Every charge says why it is there, so that a statement can tell late events
-- and removed invalid traffic from what was provisionally charged first.
ALTER TABLE charge
  ALTER COLUMN line_item_id DROP NOT NULL,
  ALTER COLUMN campaign_id DROP NOT NULL,
  ADD COLUMN booking_line_id bigint,
  ADD COLUMN reason text NOT NULL DEFAULT 'delivery'
    CHECK (reason IN ('delivery', 'late_events', 'invalid_traffic', 'booking', 'booking_change')),
  ADD CONSTRAINT charge_source CHECK ((line_item_id IS NULL) <> (booking_line_id IS NULL)
    AND (line_item_id IS NULL) = (campaign_id IS NULL)
    AND (booking_line_id IS NULL) = (reason NOT LIKE 'booking%'));
-- `hour` of a booked day is its first.
CREATE UNIQUE INDEX charge_booking ON charge (booking_line_id, hour, revision) WHERE booking_line_id IS NOT NULL;
