/**
 * Who may come in: people, their sessions, the organisations they act for. The columns are those that better-auth
 * 1.7 expects (names differ from its models only in SQL). Written by api/identity only.
 */
import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { identity } from './columns.ts';

export const ORGANIZATION_KINDS = ['advertiser', 'agency', 'outlet', 'platform'] as const;
export type OrganizationKind = (typeof ORGANIZATION_KINDS)[number];

const at = (name: string) => timestamp(name, { withTimezone: true });
const stamps = {
  createdAt: at('created_at').notNull().defaultNow(),
  updatedAt: at('updated_at').notNull().defaultNow(),
};

export const user = pgTable('user_account', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  emailVerified: boolean('email_verified').notNull().default(false),
  image: text('image'),
  twoFactorEnabled: boolean('two_factor_enabled').default(false),
  ...stamps,
});

export const organization = pgTable('organization', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  slug: text('slug').notNull().unique(),
  kind: text('kind').$type<OrganizationKind>().notNull(),
  logo: text('logo'),
  metadata: text('metadata'),
  ...stamps,
});

export const session = pgTable(
  'user_session',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    token: text('token').notNull().unique(),
    expiresAt: at('expires_at').notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    activeOrganizationId: text('active_organization_id'),
    ...stamps,
  },
  (t) => [index('user_session_user').on(t.userId)],
);

/** A way to prove who one is: a password hash (scrypt) or an account at an OIDC provider. */
export const account = pgTable(
  'user_credential',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    password: text('password'),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: at('access_token_expires_at'),
    refreshTokenExpiresAt: at('refresh_token_expires_at'),
    scope: text('scope'),
    ...stamps,
  },
  (t) => [index('user_credential_user').on(t.userId)],
);

export const verification = pgTable(
  'user_verification',
  {
    id: text('id').primaryKey(),
    identifier: text('identifier').notNull(),
    value: text('value').notNull(),
    expiresAt: at('expires_at').notNull(),
    ...stamps,
  },
  (t) => [index('user_verification_identifier').on(t.identifier)],
);

export const member = pgTable(
  'organization_member',
  {
    id: text('id').primaryKey(),
    organizationId: text('organization_id')
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    /** One or more of api/identity/roles.ts, separated by commas. */
    role: text('role').notNull().default('member'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [
    index('organization_member_user').on(t.userId),
    index('organization_member_organization').on(t.organizationId),
  ],
);

export const invitation = pgTable(
  'organization_invitation',
  {
    id: text('id').primaryKey(),
    organizationId: text('organization_id')
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    email: text('email').notNull(),
    role: text('role'),
    status: text('status').notNull().default('pending'),
    expiresAt: at('expires_at').notNull(),
    inviterId: text('inviter_id')
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [
    index('organization_invitation_organization').on(t.organizationId),
    index('organization_invitation_email').on(t.email),
  ],
);

export const twoFactor = pgTable(
  'user_two_factor',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    secret: text('secret').notNull(),
    backupCodes: text('backup_codes').notNull(),
    verified: boolean('verified').default(true),
    failedVerificationCount: integer('failed_verification_count').default(0),
    lockedUntil: at('locked_until'),
  },
  (t) => [index('user_two_factor_user').on(t.userId)],
);

/** A machine's way in: only the SHA-256 of the key is kept; scopes narrow what its owner may do. */
export const apiKey = pgTable(
  'api_key',
  {
    id: text('id').primaryKey(),
    organizationId: text('organization_id')
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    keySha256: text('key_sha256').notNull().unique(),
    /** First characters, for people to tell keys apart. */
    prefix: text('prefix').notNull(),
    /** `read`, `write`, or `read:campaigns`-like. */
    scopes: jsonb('scopes').$type<string[]>().notNull(),
    expiresAt: at('expires_at'),
    revokedAt: at('revoked_at'),
    /** Of a rotated key: its successor. */
    replacedBy: text('replaced_by'),
    lastUsedAt: at('last_used_at'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [index('api_key_organization').on(t.organizationId)],
);

/** Mail on its way. Address and text are gone once it is sent or given up. */
export const letter = pgTable(
  'letter',
  {
    id: identity(),
    kind: text('kind').$type<'password.reset' | 'address.verify' | 'member.invite'>().notNull(),
    recipient: text('recipient'),
    subject: text('subject'),
    body: text('body'),
    status: text('status').$type<'pending' | 'sent' | 'failed'>().notNull().default('pending'),
    attempts: integer('attempts').notNull().default(0),
    nextAt: at('next_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    lastError: text('last_error'),
    createdAt: at('created_at').notNull().defaultNow(),
    settledAt: at('settled_at'),
  },
  (t) => [index('letter_due').on(t.nextAt).where(sql`${t.status} = 'pending'`)],
);
