-- migrate: no transaction
-- Why: one charge an hour, line item, placement, revision and now deal. Built beside those who write, since charges are many.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS charge_bought ON charge (hour, line_item_id, placement_id, deal_id, revision);
DROP INDEX CONCURRENTLY IF EXISTS charge_bucket;
