-- Why: a case can hold more than one movement's money (a top-up paid twice before we heard of it). Once our book has heard of
-- one, the case is restated: what is left of it becomes cases of their own, each suspended and closed by itself.
ALTER TABLE reconciliation_case ADD COLUMN part_of bigint REFERENCES reconciliation_case (id);
ALTER TABLE reconciliation_case DROP CONSTRAINT reconciliation_case_resolution_check;
ALTER TABLE reconciliation_case ADD CONSTRAINT reconciliation_case_resolution_check
  CHECK (resolution IN ('matched', 'supplemented', 'reversed', 'refunded', 'written_off', 'restated'));
