/** Who am I, whom do I work with, and the keys of our machines. Sign-in itself is better-auth's, at /api/auth. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import type { AppEnv } from '../context.ts';
import type { Config } from '../env.ts';
import { forHouse, requireActor } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { limited } from '../http/limits.ts';
import { json, param, wire } from '../http/validation.ts';
import { type Actor, type Person, ROLES } from './actor.ts';
import { createApiKey, listApiKeys, revokeApiKey, rotateApiKey } from './apiKeys.ts';
import { joinByInvitation, newPersonSchema, readInvitation } from './invitations.ts';
import {
  changeRoles,
  inviteMember,
  listMembers,
  organizationsOf,
  removeMember,
} from './members.ts';

const tags = ['identity'];
const textId = param(z.object({ id: z.string().min(1).max(64) }));
const roles = z.array(z.enum(ROLES)).min(1).max(ROLES.length);
const scope = z.string().regex(/^(read|write)(:[a-z-]{2,30})?$/);
const MANAGERS = ['advertiser:admin', 'agency:admin', 'outlet:admin', 'platform:admin'] as const;

/** Guessing 128 bits is hopeless; this keeps the try from costing anything. */
const INVITATION_RATE = { windowSeconds: 3600, max: 60 };

/** What a person is told of himself; the session's id stays here. */
const personOf = (
  { userName, email, emailVerified, twoFactorEnabled }: Person,
  { mail }: Pick<Config, 'mail'>,
) => ({
  userName,
  email,
  /** What reaches others waits until the address is proved (http/doors). */
  needsProof: !emailVerified && Boolean(mail),
  twoFactorEnabled,
});

const meOf = async (db: Db, actor: Actor) => ({
  ...actor,
  organizations: await organizationsOf(db, actor.userId),
});

export const identityRoutes = new Hono<AppEnv>()
  .get(
    '/public/invitations/:id',
    describeRoute({ tags, summary: 'An invitation, to whoever holds its link' }),
    limited('invitation', INVITATION_RATE),
    // Its holder belongs to nobody yet: the id is the proof.
    forHouse,
    textId,
    async (c) => c.json(wire(await readInvitation(c.var.ctx, c.req.valid('param').id))),
  )
  .post(
    '/public/invitations/:id/acceptance',
    describeRoute({ tags, summary: 'Join as a new person; then sign in' }),
    limited('invitation', INVITATION_RATE),
    forHouse,
    textId,
    json(newPersonSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await joinByInvitation(c.var.ctx, id, c.req.valid('json'))), 201);
    },
  )
  .get('/me', describeRoute({ tags, summary: 'The actor of this session' }), async (c) =>
    c.json(await meOf(c.var.ctx.db, c.var.actor)),
  )
  .get(
    '/session',
    describeRoute({ tags, summary: 'Who is at this browser; nobody is an answer, not a refusal' }),
    async (c) => {
      // A public path: there may be no actor, whatever the type of signed-in routes says.
      const actor: Actor | undefined = c.var.actor;
      const { person } = c.var;
      return c.json({
        // Where tags point to: the console has no other way to know.
        exchangeUrl: c.var.ctx.config.exchangeUrl,
        me: actor ? await meOf(c.var.ctx.db, actor) : null,
        person: person ? personOf(person, c.var.ctx.config) : null,
      });
    },
  )
  .get('/members', describeRoute({ tags, summary: 'People of my organisation' }), async (c) =>
    c.json(wire(await listMembers(c.var.ctx.db, c.var.actor))),
  )
  .post(
    '/members',
    describeRoute({ tags, summary: 'Invite by e-mail; answers the link to hand over' }),
    requireActor(...MANAGERS),
    idempotent(),
    json(z.strictObject({ email: z.email().max(200), roles })),
    async (c) => c.json(wire(await inviteMember(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .patch(
    '/members/:id',
    describeRoute({ tags, summary: 'Change roles' }),
    requireActor(...MANAGERS),
    textId,
    json(z.strictObject({ roles })),
    async (c) => {
      const { id } = c.req.valid('param');
      await changeRoles(c.var.ctx, c.var.actor, id, c.req.valid('json').roles);
      return c.body(null, 204);
    },
  )
  .delete(
    '/members/:id',
    describeRoute({ tags, summary: 'Remove; ends the person’s sessions here' }),
    requireActor(...MANAGERS),
    textId,
    async (c) => {
      await removeMember(c.var.ctx, c.var.actor, c.req.valid('param').id);
      return c.body(null, 204);
    },
  )
  .get(
    '/api-keys',
    describeRoute({ tags, summary: 'Keys of my organisation, without their secrets' }),
    requireActor(...MANAGERS),
    async (c) => c.json(wire(await listApiKeys(c.var.ctx, c.var.actor))),
  )
  .post(
    '/api-keys',
    describeRoute({ tags, summary: 'Make a key; its secret is shown this once' }),
    requireActor(...MANAGERS),
    json(
      z.strictObject({
        name: z.string().trim().min(1).max(60),
        scopes: z.array(scope).min(1).max(20),
        expiresAt: z.iso.datetime({ offset: true }).nullable().default(null),
      }),
    ),
    async (c) => c.json(wire(await createApiKey(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .post(
    '/api-keys/:id/rotation',
    describeRoute({
      tags,
      summary: 'A new secret; the old one works a day longer, the one before it no more',
    }),
    requireActor(...MANAGERS),
    textId,
    async (c) =>
      c.json(wire(await rotateApiKey(c.var.ctx, c.var.actor, c.req.valid('param').id)), 201),
  )
  .delete(
    '/api-keys/:id',
    describeRoute({ tags, summary: 'Revoke at once' }),
    requireActor(...MANAGERS),
    textId,
    async (c) => {
      await revokeApiKey(c.var.ctx, c.var.actor, c.req.valid('param').id);
      return c.body(null, 204);
    },
  );
