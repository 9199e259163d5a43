-- Why: a rotated key works a day longer and then counted against its organisation for ever, and rotating again within that day
-- made secrets without limit. A key that has been replaced says by which: it no longer counts, and is not rotated again.
ALTER TABLE api_key ADD COLUMN replaced_by text REFERENCES api_key (id);
