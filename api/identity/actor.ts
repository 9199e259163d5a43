/** Who is acting, and what the words for that are. Pure: how an actor is found is in identity.ts. */
import type { OrganizationKind } from '../../db/schema/identity.ts';

/**
 * Roles inside an organisation. `owner` and `admin` may do what any role of their organisation may, except that
 * on the platform nobody but `finance` moves money; `member` may look and work, not pay or invite.
 */
export const ROLES = ['owner', 'admin', 'member', 'operator', 'reviewer', 'finance'] as const;
export type Role = (typeof ROLES)[number];

export interface Actor {
  userId: string;
  userName: string;
  email: string;
  organizationId: string;
  organizationName: string;
  kind: OrganizationKind;
  roles: string[];
  /** Advertisers it acts for: its own and, for an agency, its clients. Empty on the platform: it may see all. */
  advertiserIds: number[];
  outletIds: number[];
  /** Null for a person; of an API key, what it may do. */
  scopes: string[] | null;
}

/** Who is signed in, whatever they may do: the holder of a session, never of an API key. */
export interface Person {
  userId: string;
  sessionId: string;
  userName: string;
  email: string;
  /** Whether the address was proved to be theirs. */
  emailVerified: boolean;
  twoFactorEnabled: boolean;
  /** How many organisations they belong to. */
  organizations: number;
}

/** `outlet`: anyone of that kind of organisation; `platform:finance`: only with that role. */
export type Door = OrganizationKind | `${OrganizationKind}:${Role}`;

/** Does the door open? Owners and admins pass every role of their kind except the platform's `finance`. */
export function opens(door: Door, actor: Pick<Actor, 'kind' | 'roles'>): boolean {
  const [kind, role] = door.split(':');
  if (kind !== actor.kind) return false;
  if (role === undefined || actor.roles.includes(role)) return true;
  if (actor.kind === 'platform' && role === 'finance') return false;
  return actor.roles.includes('owner') || actor.roles.includes('admin');
}
