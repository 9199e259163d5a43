-- Money that the company moves between Alipay and its own bank belongs to no advertiser and is no loss: it has an account of its own,
-- which tells what went there and came from there, and not what lies there.
INSERT INTO account_kind (kind, class, normal, per_owner, floor_micro_cny, whole_fen, stripes) VALUES
  ('own_bank', 'asset', 1, false, NULL, true, 1);
