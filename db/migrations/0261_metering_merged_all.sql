-- Why: checked beforehand and without a lock that anybody waits for, so that 0262 need not look at every row.

ALTER TABLE rollup_hour VALIDATE CONSTRAINT rollup_hour_merged;
