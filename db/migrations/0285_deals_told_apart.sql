-- Why: money follows the deal exactly. A line item's hour on a placement may be bought partly by a deal and partly in the open market:
-- each part is charged by itself, under its own contract, where before all of it went by whichever had more. And sums by deals carry the
-- campaign and the conversions, so that reports group by deal as by anything else; conversions are counted from here on.

-- 0: no deal. What was charged before keeps 0: where an hour of it is charged anew because something late is found, the difference
-- between its two parts comes out with that.
ALTER TABLE charge ADD COLUMN deal_id bigint NOT NULL DEFAULT 0;

ALTER TABLE deal_hour ADD COLUMN campaign_id bigint NOT NULL DEFAULT 0;
ALTER TABLE deal_hour ADD COLUMN conversions bigint NOT NULL DEFAULT 0;
UPDATE deal_hour h SET campaign_id = l.campaign_id FROM line_item l WHERE l.id = h.line_item_id;
