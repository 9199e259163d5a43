-- Why: forecasts and pacing need yesterday's requests, also those that nobody bought. Nodes log a sample of them; here it is kept,
-- some hundred requests a row as nodes sent them (bidding/wire/sample.ts), because it is only ever read whole, by the day. Readers
-- are pseudonyms; a day is dropped after a week.

CREATE TABLE request_sample (
  day      date NOT NULL,
  id       text NOT NULL,
  requests integer NOT NULL CHECK (requests > 0),
  lines    text NOT NULL,
  PRIMARY KEY (day, id)
);
