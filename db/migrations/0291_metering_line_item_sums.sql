-- migrate: no transaction
-- Why: what a campaign or a line item has spent was read by passing over the sums of all years, for each row of a list. Only merged
-- sums are indexed: batches add parts, which stay as they are.
CREATE INDEX CONCURRENTLY IF NOT EXISTS rollup_merged_line_item ON rollup_merged (line_item_id) INCLUDE (spend_micro_cny);
