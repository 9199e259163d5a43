-- Why: a contract decides how every yuan of an outlet is shared, and one person of finance alone could draft and activate one.
-- Who drafted a version is kept from now on, for good, and somebody else activates it. Null: drafted before this was kept, or by
-- the house itself (which a CHECK lets pass); of drafts that wait, the audit log says who drafted them.
ALTER TABLE contract_version
  ADD COLUMN drafted_by text,
  ADD CONSTRAINT contract_version_four_eyes CHECK (activated_by <> drafted_by);
UPDATE contract_version v SET drafted_by = e.user_id
  FROM audit_entry e
 WHERE e.action = 'contract.draft' AND e.subject = 'contractVersion:' || v.id AND e.user_id <> 'house' AND v.status = 'draft';

CREATE FUNCTION contract_keep_drafter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'who drafted contract version % is kept', OLD.id USING ERRCODE = 'HC001';
END $$;
CREATE TRIGGER contract_version_drafter BEFORE UPDATE ON contract_version
  FOR EACH ROW WHEN (NEW.drafted_by IS DISTINCT FROM OLD.drafted_by) EXECUTE FUNCTION contract_keep_drafter();
