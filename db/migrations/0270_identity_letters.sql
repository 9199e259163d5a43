-- Why: a letter that the mail server did not take at once was lost. It is a row now, written with what it tells of, and the
-- worker sends it until it is taken or nobody could use it any more. Address and text are erased once it is settled: they
-- are personal data, and a link in them opens an account.

CREATE TABLE letter (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL CHECK (kind IN ('password.reset', 'address.verify', 'member.invite')),
  -- Null once settled.
  recipient text,
  subject text,
  body text,
  status text DEFAULT 'pending' NOT NULL CHECK (status IN ('pending', 'sent', 'failed')),
  attempts integer DEFAULT 0 NOT NULL,
  -- When it is due; with an attempt under way, when that counts as lost.
  next_at timestamptz NOT NULL,
  -- Its link opens nothing after this.
  expires_at timestamptz NOT NULL,
  -- The mail server's code, never its words: they repeat the address.
  last_error text,
  created_at timestamptz DEFAULT now() NOT NULL,
  settled_at timestamptz,
  CHECK ((status = 'pending') = (recipient IS NOT NULL AND subject IS NOT NULL AND body IS NOT NULL))
);
CREATE INDEX letter_due ON letter (next_at) WHERE status = 'pending';
