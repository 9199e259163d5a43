-- Why: two deployments of this house trade with each other. The one that asks shows the key it was given and signs its hop of the
-- supply chain; the one that is asked verifies that by the other's public key. Both are exchanged when the partner is opened.
ALTER TABLE demand_partner ADD COLUMN call_key text; -- sealed by TOKEN_KEY
ALTER TABLE supply_partner ADD COLUMN chain_key text CHECK (chain_key ~ '^[A-Za-z0-9_-]{43}$');
