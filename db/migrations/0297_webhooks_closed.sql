-- Why: webhook_emit writes with its owner's rights, for the triggers that call it with theirs. PostgreSQL lets everybody call a new
-- function, so any login could have put an event into any organisation's outbox.
REVOKE ALL ON FUNCTION webhook_emit(text, text, text, jsonb) FROM PUBLIC;
