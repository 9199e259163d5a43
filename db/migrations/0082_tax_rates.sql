-- Dated tax rates, each with the text it comes from. A change of the law is a new row; a closed month keeps the rates it
-- was closed under, because its journals say what they came to.
CREATE TABLE tax_rate (
  kind           text NOT NULL CHECK (kind IN ('vat', 'cultural_fee')),
  effective_from date NOT NULL,
  effective_to   date NOT NULL DEFAULT 'infinity',     -- exclusive
  rate_ppm       integer NOT NULL CHECK (rate_ppm BETWEEN 0 AND 1000000),
  source         text NOT NULL,
  PRIMARY KEY (kind, effective_from),
  CHECK (effective_from < effective_to),
  EXCLUDE USING gist (textrange(kind, kind, '[]') WITH &&, daterange(effective_from, effective_to) WITH &&)
);
INSERT INTO tax_rate (kind, effective_from, effective_to, rate_ppm, source) VALUES
  ('vat', '2016-05-01', 'infinity', 60000, '财税〔2016〕36号：现代服务业（广告服务）一般计税 6%'),
  ('cultural_fee', '2016-05-01', '2019-07-01', 30000, '财税〔2016〕25号：文化事业建设费 3%'),
  ('cultural_fee', '2019-07-01', '2028-01-01', 15000, '减征 50%：财税〔2019〕46号（至 2024 年末），延至 2027 年末的文件以税务机关公布为准'),
  ('cultural_fee', '2028-01-01', 'infinity', 30000, '财税〔2016〕25号：文化事业建设费 3%（减征期满）');
