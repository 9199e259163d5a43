/** Doors for those who are not in yet. The first is open to strangers and counts by address; the second wants a session. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import type { AppEnv } from '../context.ts';
import { forHouse, notSignedIn } from '../http/auth.ts';
import { limited } from '../http/limits.ts';
import { json, wire } from '../http/validation.ts';
import { openOrganization, signUp } from './onboarding.ts';
import { newOrganizationSchema, signUpSchema } from './shapes.ts';

const tags = ['identity'];
/** Hashing a password costs a tenth of a second of processor time: strangers get few. */
const SIGN_UP_RATE = { windowSeconds: 3600, max: 20 };

export const onboardingRoutes = new Hono<AppEnv>()
  .post(
    '/public/sign-up',
    describeRoute({ tags, summary: 'Open an account with an organisation; then sign in' }),
    limited('sign-up', SIGN_UP_RATE),
    // The organisation that could see them is made here.
    forHouse,
    json(signUpSchema),
    async (c) => c.json(wire(await signUp(c.var.ctx, c.req.valid('json'))), 201),
  )
  .post(
    '/organizations',
    describeRoute({ tags, summary: 'Open an organisation; this session acts for it from then on' }),
    // As above, and the session is moved to it.
    forHouse,
    json(newOrganizationSchema),
    async (c) => {
      const { person, ctx } = c.var;
      // An API key acts for the organisation that made it, and opens no other.
      if (!person) throw notSignedIn();
      return c.json(wire(await openOrganization(ctx, person, c.req.valid('json'))), 201);
    },
  );
