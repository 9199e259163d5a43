-- Why: a day that was booked online is shown by the exchange, for its slots' share of the placement's voice. Whoever takes or gives
-- back slots, by booking, change or cancellation, changes what nodes are told of the line item, in the same transaction.

CREATE FUNCTION booking_slot_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO delivery_change (subject)
  SELECT DISTINCT 'lineItem:' || l.line_item_id
  FROM changed c JOIN booking_line l ON l.id = c.line_id WHERE l.line_item_id IS NOT NULL;
  RETURN NULL;
END $$;

CREATE TRIGGER delivery_inserted AFTER INSERT ON booking_slot REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION booking_slot_changed();
CREATE TRIGGER delivery_deleted AFTER DELETE ON booking_slot REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION booking_slot_changed();
