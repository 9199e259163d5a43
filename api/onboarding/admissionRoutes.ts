/** An outlet's way in over HTTP: thin; who may enter and whose it is, then one verb. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import type { AppEnv } from '../context.ts';
import { requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { idParam, json, wire } from '../http/validation.ts';
import { outletOwnership } from '../outlets/outlets.ts';
import {
  activateAdmission,
  editAdmission,
  judgeAdmission,
  readAdmission,
  recallApproval,
  signAdmission,
  submitAdmission,
  withdrawAdmission,
} from './admission.ts';
import {
  admissionEditSchema,
  admissionRecallSchema,
  admissionStepSchema,
  admissionVerdictSchema,
} from './shapes.ts';

const tags = ['onboarding'];
const own = requireOwned(outletOwnership);
const owner = requireActor('outlet:owner', 'outlet:admin', 'platform:operator');

export const admissionRoutes = new Hono<AppEnv>()
  .get(
    '/outlets/:id/admission',
    describeRoute({ tags, summary: 'How far an outlet has come in, and what is missing' }),
    requireActor('outlet', 'platform'),
    own,
    idParam(),
    async (c) => c.json(wire(await readAdmission(c.var.ctx, c.req.valid('param').id))),
  )
  .patch(
    '/outlets/:id/admission',
    describeRoute({ tags, summary: 'Organisation, qualifications and payee, while it is a draft' }),
    owner,
    own,
    idempotent(),
    idParam(),
    json(admissionEditSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await editAdmission(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/outlets/:id/admission/submission',
    describeRoute({ tags, summary: 'Hand it in, once it is complete' }),
    owner,
    own,
    idempotent(),
    idParam(),
    json(admissionStepSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await submitAdmission(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/outlets/:id/admission/withdrawal',
    describeRoute({ tags, summary: 'Take it back while nobody has answered' }),
    owner,
    own,
    idempotent(),
    idParam(),
    json(admissionStepSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await withdrawAdmission(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/outlets/:id/admission/verdict',
    describeRoute({ tags, summary: 'Approve with a contract’s shares, or return with reasons' }),
    requireActor('platform:operator'),
    own,
    idempotent(),
    idParam(),
    json(admissionVerdictSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await judgeAdmission(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/outlets/:id/admission/recall',
    describeRoute({ tags, summary: 'Take an approval back with reasons, before the outlet signs' }),
    requireActor('platform:operator'),
    own,
    idempotent(),
    idParam(),
    json(admissionRecallSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await recallApproval(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/outlets/:id/admission/signature',
    describeRoute({ tags, summary: 'The outlet signs its contract' }),
    requireActor('outlet:owner'),
    own,
    idempotent(),
    idParam(),
    json(admissionStepSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await signAdmission(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/outlets/:id/admission/activation',
    describeRoute({ tags, summary: 'Countersign: the contract is in force, the outlet may sell' }),
    requireActor('platform:finance'),
    own,
    idempotent(),
    idParam(),
    json(admissionStepSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await activateAdmission(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  );
