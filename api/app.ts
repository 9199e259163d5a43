/**
 * The API as one Hono app: the doors every request passes, then each slice's routes. Owns the order of the doors and the
 * list of slices; exports `AppType`, from which the console's client takes all its types.
 */
import { Hono } from 'hono';
import { houseOf } from '../db/scope.ts';
import { acceptanceRoutes } from './acceptance/routes.ts';
import { assistantRoutes } from './assistant/routes.ts';
import { audienceRoutes } from './audiences/routes.ts';
import { auditRoutes } from './audit/routes.ts';
import { billingRoutes } from './billing/routes.ts';
import { bookingRoutes } from './bookings/routes.ts';
import { campaignRoutes } from './campaigns/routes.ts';
import { nettingRoutes } from './clearing/nettingRoutes.ts';
import { clearingRoutes } from './clearing/routes.ts';
import { contentRoutes } from './content/routes.ts';
import type { AppEnv, Context } from './context.ts';
import { contractRoutes } from './contracts/routes.ts';
import { creativeRoutes } from './creatives/routes.ts';
import { dealRoutes } from './deals/routes.ts';
import { deliveryRoutes } from './delivery/routes.ts';
import { feedbackRoutes } from './feedback/routes.ts';
import { bodies, doorkeeper, requestId, safeHeaders, sameOrigin } from './http/doors.ts';
import { describeApi } from './http/openapi.ts';
import { problemHandler, problemOf, sendProblem } from './http/problem.ts';
import { traceRequests } from './http/tracing.ts';
import { authDoor } from './identity/doors.ts';
import { createAuth } from './identity/identity.ts';
import { identityRoutes } from './identity/routes.ts';
import { redLetterRoutes } from './invoices/redRoutes.ts';
import { invoiceRoutes } from './invoices/routes.ts';
import { titleRoutes } from './invoices/titleRoutes.ts';
import { ledgerRoutes } from './ledger/routes.ts';
import { meteringRoutes } from './metering/routes.ts';
import { admissionRoutes } from './onboarding/admissionRoutes.ts';
import { onboardingRoutes } from './onboarding/routes.ts';
import { outletRoutes } from './outlets/routes.ts';
import { partnerRoutes } from './partners/routes.ts';
import { batchRoutes } from './payments/batchRoutes.ts';
import { creditRoutes } from './payments/creditRoutes.ts';
import { payoutRoutes } from './payments/payoutRoutes.ts';
import { paymentsRoutes } from './payments/routes.ts';
import { periodRoutes } from './periods/routes.ts';
import { planRoutes } from './plans/routes.ts';
import { caseRoutes } from './reconciliation/caseRoutes.ts';
import { billRoutes } from './reconciliation/routes.ts';
import { reportRoutes } from './reports/routes.ts';
import { adjustmentRoutes } from './statements/adjustmentRoutes.ts';
import { statementRoutes } from './statements/routes.ts';
import { statementPort } from './statements/statements.ts';
import { webhookRoutes } from './webhooks/routes.ts';

/** One line a slice. Paths inside a slice's routes are absolute below /api. */
const slices = new Hono<AppEnv>()
  .basePath('/api')
  .get('/health', (c) => c.json({ status: 'ok' as const }))
  .route('/', identityRoutes)
  .route('/', onboardingRoutes)
  .route('/', admissionRoutes)
  .route('/', auditRoutes)
  .route('/', ledgerRoutes)
  .route('/', contractRoutes)
  .route('/', billingRoutes)
  .route('/', statementRoutes)
  .route('/', adjustmentRoutes)
  .route('/', clearingRoutes)
  .route('/', nettingRoutes)
  .route('/', titleRoutes)
  .route('/', invoiceRoutes)
  .route('/', redLetterRoutes)
  .route('/', periodRoutes)
  .route('/', outletRoutes)
  .route('/', campaignRoutes)
  .route('/', creativeRoutes)
  .route('/', bookingRoutes)
  .route('/', planRoutes)
  .route('/', partnerRoutes)
  .route('/', dealRoutes)
  .route('/', paymentsRoutes)
  .route('/', creditRoutes)
  .route('/', payoutRoutes(statementPort))
  .route('/', batchRoutes(statementPort))
  .route('/', billRoutes(statementPort))
  .route('/', caseRoutes(statementPort))
  .route('/', deliveryRoutes)
  .route('/', meteringRoutes)
  .route('/', reportRoutes)
  .route('/', webhookRoutes)
  .route('/', contentRoutes)
  .route('/', audienceRoutes)
  .route('/', assistantRoutes)
  .route('/', feedbackRoutes)
  .route('/', acceptanceRoutes);

export type AppType = typeof slices;

export interface AppOptions {
  /** Hears of bugs: one object an error, no personal data. */
  log?: (entry: Record<string, unknown>) => void;
  /** Routes in front of all doors, with headers of their own: files of the asset store. */
  before?: (app: Hono<AppEnv>) => void;
  /** Pages behind the headers: the console. */
  pages?: (app: Hono<AppEnv>) => void;
}

export function createApp(ctx: Context, options: AppOptions = {}): Hono<AppEnv> {
  const auth = createAuth({ ...ctx, db: houseOf(ctx.db) });
  const log = options.log ?? ((entry) => process.stderr.write(`${JSON.stringify(entry)}\n`));
  const app = new Hono<AppEnv>();
  app.onError(problemHandler(log));
  app.notFound((c) => sendProblem(c, problemOf('not_found', [], c.var.requestId)));
  app.use(async (c, next) => {
    c.set('ctx', ctx);
    await next();
  });
  options.before?.(app);
  app.use(requestId, safeHeaders(ctx.config));
  app.use('/api/*', traceRequests, sameOrigin, bodies);
  app.on(['GET', 'POST'], '/api/auth/*', authDoor(auth));
  app.use('/api/*', doorkeeper(auth, ctx));
  app.route('/', slices);
  describeApi(app, ctx.config.publicUrl);
  options.pages?.(app);
  return app;
}
