-- Why: guaranteed impressions that were not all delivered. A line that is over and short waits (short) until it is made good by
-- another line at no new price, or its rest is given back; what was delivered stays written beside what was promised.
ALTER TABLE booking_line DROP CONSTRAINT booking_line_status_check;
ALTER TABLE booking_line
  ADD CONSTRAINT booking_line_status_check
    CHECK (status IN ('open', 'accepted', 'declined', 'short', 'fulfilled', 'cancelled')),
  ADD COLUMN delivered bigint CHECK (delivered >= 0),
  ADD COLUMN judged_at timestamptz,
  ADD COLUMN remedy text CHECK (remedy IN ('made_good', 'released')),
  ADD CHECK (status <> 'short' OR (delivered < impressions AND judged_at IS NOT NULL AND remedy IS NULL));
CREATE INDEX booking_line_short ON booking_line (judged_at) WHERE status = 'short';
CREATE INDEX booking_line_judged ON booking_line (outlet_id, ends_on) WHERE delivered IS NOT NULL;
CREATE INDEX booking_order_campaign ON booking_order (campaign_id) WHERE campaign_id IS NOT NULL;

-- A make-good of impressions has no days of its own to name: it says how many.
ALTER TABLE booking_change ADD COLUMN impressions bigint CHECK (impressions > 0);
