-- Why: an outlet comes in by one flow: organisation, qualifications, payee, contract; each part checked and answered by a
-- person, the contract drafted by the platform, signed by the outlet and countersigned by somebody else. The flow is a row
-- beside its outlet, so that what was handed in and what was answered stay readable.
CREATE TABLE outlet_admission (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  outlet_id bigint NOT NULL UNIQUE REFERENCES outlet (id),
  status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'submitted', 'approved', 'signed', 'active')),
  -- 统一社会信用代码 (GB 32100).
  credit_code text,
  contact_name text,
  contact_phone text,
  qualifications jsonb NOT NULL DEFAULT '[]',
  payee_name text,
  payee_alipay_account text,
  -- What the last look found, by part; empty once approved.
  remarks jsonb NOT NULL DEFAULT '[]',
  contract_version_id bigint REFERENCES contract_version (id),
  submitted_by text,
  approved_by text,
  signed_by text,
  signed_at timestamptz,
  activated_by text,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
