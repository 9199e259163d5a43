-- Why: a change in the market must reach every bidding node within a second, whoever made it. Triggers write the outbox in
-- the writer's own transaction, so that no slice can forget to, and a rolled-back change is never published.

CREATE FUNCTION delivery_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- TG_ARGV: the subject's word, and the column that names it.
  INSERT INTO delivery_change (subject)
  SELECT DISTINCT TG_ARGV[0] || ':' || (to_jsonb(t) ->> TG_ARGV[1])
  FROM changed t;
  RETURN NULL;
END $$;

DO $$
DECLARE
  watched text[][] := ARRAY[
    ['outlet', 'outlet', 'id'],
    ['property', 'property', 'id'],
    ['placement', 'placement', 'id'],
    ['floor_rule', 'floorRule', 'id'],
    ['advertiser', 'advertiser', 'id'],
    ['advertiser_funding', 'advertiser', 'advertiser_id'],
    ['campaign', 'campaign', 'id'],
    ['line_item', 'lineItem', 'id'],
    ['line_item_creative', 'lineItem', 'line_item_id'],
    ['creative', 'creative', 'id'],
    ['creative_review', 'creative', 'creative_id'],
    ['stop', 'stop', 'id']
  ];
  w text[];
BEGIN
  FOREACH w SLICE 1 IN ARRAY watched LOOP
    EXECUTE format('CREATE TRIGGER delivery_inserted AFTER INSERT ON %I REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION delivery_changed(%L, %L)', w[1], w[2], w[3]);
    EXECUTE format('CREATE TRIGGER delivery_updated AFTER UPDATE ON %I REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION delivery_changed(%L, %L)', w[1], w[2], w[3]);
    EXECUTE format('CREATE TRIGGER delivery_deleted AFTER DELETE ON %I REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION delivery_changed(%L, %L)', w[1], w[2], w[3]);
  END LOOP;
END $$;
