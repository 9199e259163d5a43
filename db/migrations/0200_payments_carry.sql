-- Why: a payout begins with the fractions of a fen that the outlet's earlier ones left. Adding up all payouts of the outlet for
-- each new one grew with the years, and two made at once saw the same fraction. The sum is a row now, kept by a trigger
-- whatever writes a payout, and whoever makes one locks it.
CREATE TABLE payout_carry (
  outlet_id       bigint PRIMARY KEY REFERENCES outlet (id),
  -- Σ due − netted − sent of the outlet's living payouts; below zero after one died that had carried on to another.
  carry_micro_cny bigint NOT NULL DEFAULT 0
);

INSERT INTO payout_carry (outlet_id, carry_micro_cny)
  SELECT outlet_id, sum(due_micro_cny - netted_micro_cny - amount_fen * 10000) FROM payout
   WHERE status NOT IN ('failed', 'cancelled', 'returned') GROUP BY outlet_id;

CREATE FUNCTION payments_carry(p payout) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p.status IN ('failed', 'cancelled', 'returned') THEN 0
              ELSE p.due_micro_cny - p.netted_micro_cny - p.amount_fen * 10000 END
$$;

CREATE FUNCTION payments_keep_carry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_delta bigint := payments_carry(NEW) - CASE WHEN TG_OP = 'UPDATE' THEN payments_carry(OLD) ELSE 0 END;
BEGIN
  IF v_delta <> 0 THEN
    INSERT INTO payout_carry (outlet_id, carry_micro_cny) VALUES (NEW.outlet_id, v_delta)
      ON CONFLICT (outlet_id) DO UPDATE SET carry_micro_cny = payout_carry.carry_micro_cny + v_delta;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER payout_carry AFTER INSERT OR UPDATE OF status ON payout
  FOR EACH ROW EXECUTE FUNCTION payments_keep_carry();
