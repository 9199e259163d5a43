-- Why: people, sessions and organisations. better-auth reads and writes these tables; ours are their names, so that
-- no reserved word (user, session) needs quoting, and `api_key`, which is ours alone.

CREATE TABLE user_credential (
  id text PRIMARY KEY NOT NULL,
  user_id text NOT NULL,
  account_id text NOT NULL,
  provider_id text NOT NULL,
  password text,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL
);

CREATE TABLE api_key (
  id text PRIMARY KEY NOT NULL,
  organization_id text NOT NULL,
  user_id text NOT NULL,
  name text NOT NULL,
  key_sha256 text NOT NULL,
  prefix text NOT NULL,
  scopes jsonb NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  created_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT api_key_key_sha256_unique UNIQUE(key_sha256)
);

CREATE TABLE organization_invitation (
  id text PRIMARY KEY NOT NULL,
  organization_id text NOT NULL,
  email text NOT NULL,
  role text,
  status text DEFAULT 'pending' NOT NULL,
  expires_at timestamptz NOT NULL,
  inviter_id text NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL
);

CREATE TABLE organization_member (
  id text PRIMARY KEY NOT NULL,
  organization_id text NOT NULL,
  user_id text NOT NULL,
  role text DEFAULT 'member' NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL
);

CREATE TABLE organization (
  id text PRIMARY KEY NOT NULL,
  name text NOT NULL,
  slug text NOT NULL,
  kind text NOT NULL,
  logo text,
  metadata text,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT organization_slug_unique UNIQUE(slug)
);

CREATE TABLE user_session (
  id text PRIMARY KEY NOT NULL,
  user_id text NOT NULL,
  token text NOT NULL,
  expires_at timestamptz NOT NULL,
  ip_address text,
  user_agent text,
  active_organization_id text,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT user_session_token_unique UNIQUE(token)
);

CREATE TABLE user_two_factor (
  id text PRIMARY KEY NOT NULL,
  user_id text NOT NULL,
  secret text NOT NULL,
  backup_codes text NOT NULL,
  verified boolean DEFAULT true,
  failed_verification_count integer DEFAULT 0,
  locked_until timestamptz
);

CREATE TABLE user_account (
  id text PRIMARY KEY NOT NULL,
  name text NOT NULL,
  email text NOT NULL,
  email_verified boolean DEFAULT false NOT NULL,
  image text,
  two_factor_enabled boolean DEFAULT false,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT user_account_email_unique UNIQUE(email)
);

CREATE TABLE user_verification (
  id text PRIMARY KEY NOT NULL,
  identifier text NOT NULL,
  value text NOT NULL,
  expires_at timestamptz NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL
);

ALTER TABLE user_credential ADD CONSTRAINT user_credential_user_id_user_account_id_fk FOREIGN KEY (user_id) REFERENCES user_account(id) ON DELETE cascade;
ALTER TABLE api_key ADD CONSTRAINT api_key_organization_id_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE cascade;
ALTER TABLE api_key ADD CONSTRAINT api_key_user_id_user_account_id_fk FOREIGN KEY (user_id) REFERENCES user_account(id) ON DELETE cascade;
ALTER TABLE organization_invitation ADD CONSTRAINT organization_invitation_organization_id_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE cascade;
ALTER TABLE organization_invitation ADD CONSTRAINT organization_invitation_inviter_id_user_account_id_fk FOREIGN KEY (inviter_id) REFERENCES user_account(id) ON DELETE cascade;
ALTER TABLE organization_member ADD CONSTRAINT organization_member_organization_id_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE cascade;
ALTER TABLE organization_member ADD CONSTRAINT organization_member_user_id_user_account_id_fk FOREIGN KEY (user_id) REFERENCES user_account(id) ON DELETE cascade;
ALTER TABLE user_session ADD CONSTRAINT user_session_user_id_user_account_id_fk FOREIGN KEY (user_id) REFERENCES user_account(id) ON DELETE cascade;
ALTER TABLE user_two_factor ADD CONSTRAINT user_two_factor_user_id_user_account_id_fk FOREIGN KEY (user_id) REFERENCES user_account(id) ON DELETE cascade;
CREATE INDEX user_credential_user ON user_credential (user_id);
CREATE INDEX api_key_organization ON api_key (organization_id);
CREATE INDEX organization_invitation_organization ON organization_invitation (organization_id);
CREATE INDEX organization_invitation_email ON organization_invitation (email);
CREATE INDEX organization_member_user ON organization_member (user_id);
CREATE INDEX organization_member_organization ON organization_member (organization_id);
CREATE INDEX user_session_user ON user_session (user_id);
CREATE INDEX user_two_factor_user ON user_two_factor (user_id);
CREATE INDEX user_verification_identifier ON user_verification (identifier);
