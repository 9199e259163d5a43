-- Why: a supply partner is owed what its auction cleared at, as it reported it, and not what we had bid. What was booked by our bid
-- stays; the difference of a day is an adjustment of the current month, proposed by the house and approved by finance. The reports
-- themselves are in partner_report, letter by letter.
CREATE TABLE supply_settlement (
  id                bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  supply_partner_id bigint NOT NULL REFERENCES supply_partner (id),
  outlet_id         bigint NOT NULL REFERENCES outlet (id),
  day               date NOT NULL,
  -- Of the day's billed impressions that were reported with a price that can be read, all of them at that moment.
  impressions       bigint NOT NULL CHECK (impressions > 0),
  bid_micro_cny     bigint NOT NULL,
  settled_micro_cny bigint NOT NULL,
  -- Of the difference, what earlier rows of the day have not moved.
  amount_micro_cny  bigint NOT NULL CHECK (amount_micro_cny <> 0),
  adjustment_id     bigint NOT NULL UNIQUE REFERENCES statement_adjustment (id),
  created_at        timestamptz NOT NULL,
  CHECK (settled_micro_cny <= bid_micro_cny)
);
CREATE INDEX supply_settlement_day ON supply_settlement (supply_partner_id, day);
CREATE FUNCTION supply_settlement_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a settlement is corrected by another one' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER supply_settlement_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON supply_settlement
  FOR EACH STATEMENT EXECUTE FUNCTION supply_settlement_refuse_change();
