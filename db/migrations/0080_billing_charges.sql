-- Charges: an hour's rollup turned into money, and each charge's shares. Append-only: a difference found later is a
-- further revision. `hour` says when it was earned, `day` on which business day it is booked: the same day, or, once
-- the month was cut for its statements, the day on which the difference was found.
CREATE TABLE charge (
  id                  bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  hour                integer NOT NULL,
  day                 date NOT NULL,
  advertiser_id       bigint NOT NULL,
  campaign_id         bigint NOT NULL,
  line_item_id        bigint NOT NULL,
  outlet_id           bigint NOT NULL,
  placement_id        bigint NOT NULL,
  revision            integer NOT NULL DEFAULT 0,
  quantity            bigint NOT NULL,
  amount_micro_cny    bigint NOT NULL CHECK (amount_micro_cny <> 0),
  -- The part that no wallet covered: the platform's loss, not the outlet's.
  absorbed_micro_cny  bigint NOT NULL DEFAULT 0,
  contract_version_id bigint NOT NULL,
  journal_key         text NOT NULL,
  created_at          timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX charge_bucket ON charge (hour, line_item_id, placement_id, revision);
CREATE INDEX charge_outlet_day ON charge (outlet_id, day);
CREATE INDEX charge_advertiser_day ON charge (advertiser_id, day);

-- Checked set-wise below instead of by a foreign key row by row; charges and contract versions are never deleted.
CREATE TABLE charge_share (
  id               bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  charge_id        bigint NOT NULL,
  outlet_id        bigint,
  day              date NOT NULL,
  amount_micro_cny bigint NOT NULL
);
CREATE INDEX charge_share_charge ON charge_share (charge_id);
CREATE INDEX charge_share_outlet_day ON charge_share (outlet_id, day);

CREATE TRIGGER charge_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON charge
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER charge_share_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON charge_share
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- Shares arrive with their charges and sum to them.
CREATE FUNCTION billing_check_shares() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_bad bigint;
BEGIN
  SELECT s.charge_id INTO v_bad
    FROM (SELECT charge_id, sum(amount_micro_cny) AS amount FROM inserted GROUP BY charge_id) s
    LEFT JOIN charge c ON c.id = s.charge_id
    LEFT JOIN contract_version v ON v.id = c.contract_version_id
   WHERE v.id IS NULL OR c.amount_micro_cny <> s.amount LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'shares of charge % do not sum to it', v_bad USING ERRCODE = 'HL004';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER charge_share_sum AFTER INSERT ON charge_share REFERENCING NEW TABLE AS inserted
  FOR EACH STATEMENT EXECUTE FUNCTION billing_check_shares();

-- A month whose statements were frozen: charges earned in it are booked later from then on.
CREATE TABLE billing_month (
  month  text PRIMARY KEY,
  cut_at timestamptz
);
