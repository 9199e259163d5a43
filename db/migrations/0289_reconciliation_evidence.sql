-- Why: a case with money in it was closed as refunded, reversed or supplemented on two people's word. What bears a closing out
-- (a counter line in a bill, the bill's own balance, a refund that Alipay confirms, whom the money was booked to) is kept with it.
ALTER TABLE reconciliation_case ADD COLUMN evidence jsonb;
