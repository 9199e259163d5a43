/** Every address of the console. Screens load when first opened; the door and the shell come at once. */
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { SignIn } from '../features/session/signIn.tsx';
import { readSearch } from '../lib/filters.ts';
import { type Desk, deskOf, sessionQuery } from '../lib/me.ts';
import { Problem } from '../lib/problem.ts';
import { Loading } from '../ui/states.tsx';
import { Broken, Missing, Room } from './room.tsx';

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  validateSearch: readSearch,
  notFoundComponent: Missing,
});

const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', component: SignIn });

const signUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-up',
  component: lazyRouteComponent(() => import('../features/session/signUp.tsx'), 'SignUp'),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitations/$id',
  component: lazyRouteComponent(() => import('../features/session/invitation.tsx'), 'Invitation'),
});

const forgotten = createRoute({
  getParentRoute: () => root,
  path: '/forgotten-password',
  component: lazyRouteComponent(() => import('../features/session/forgotten.tsx'), 'Forgotten'),
});
const resetPassword = createRoute({
  getParentRoute: () => root,
  path: '/reset-password',
  component: lazyRouteComponent(() => import('../features/session/forgotten.tsx'), 'ResetPassword'),
});

/** Everything behind the door. */
const room = createRoute({
  getParentRoute: () => root,
  id: 'room',
  component: Room,
  beforeLoad: async ({ context, location }) => {
    try {
      return { session: await context.queryClient.ensureQueryData(sessionQuery) };
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'unauthenticated') throw error;
      const to = location.href === '/' ? undefined : location.href;
      throw redirect({ to: '/sign-in', search: { to } as never, replace: true });
    }
  },
});

const HOME: Record<Desk, string> = {
  advertiser: '/overview',
  outlet: '/income',
  finance: '/statements',
  operator: '/live',
};

const home = createRoute({
  getParentRoute: () => room,
  path: '/',
  beforeLoad: ({ context }) => {
    const { me } = context.session;
    if (me) throw redirect({ to: HOME[deskOf(me)], replace: true });
  },
});

// biome-ignore lint/suspicious/noExplicitAny: each module exports another screen
type Screens = () => Promise<Record<string, any>>;

const screen = (path: string, load: Screens, name: string) =>
  createRoute({
    getParentRoute: () => room,
    path,
    component: lazyRouteComponent(load, name),
  });

const screens = [
  screen('/overview', () => import('../features/overview/overview.tsx'), 'Overview'),
  screen('/income', () => import('../features/income/income.tsx'), 'Income'),
  screen('/live', () => import('../features/live/live.tsx'), 'Live'),
  screen('/campaigns', () => import('../features/campaigns/campaigns.tsx'), 'Campaigns'),
  screen('/campaigns/new', () => import('../features/campaigns/wizard.tsx'), 'Wizard'),
  screen('/campaigns/$id', () => import('../features/campaigns/campaign.tsx'), 'Campaign'),
  screen('/line-items/$id', () => import('../features/campaigns/lineItem.tsx'), 'LineItem'),
  screen('/plans', () => import('../features/plans/plans.tsx'), 'Plans'),
  screen('/plans/$id', () => import('../features/plans/plan.tsx'), 'PlanScreen'),
  screen('/audiences', () => import('../features/audiences/audiences.tsx'), 'Audiences'),
  screen('/stops', () => import('../features/stops/stops.tsx'), 'Stops'),
  screen('/review', () => import('../features/review/review.tsx'), 'Review'),
  screen('/feedback', () => import('../features/feedback/feedback.tsx'), 'Feedback'),
  screen('/contracts', () => import('../features/contracts/contracts.tsx'), 'Contracts'),
  screen('/outlets', () => import('../features/outlets/outlets.tsx'), 'Outlets'),
  screen('/creatives', () => import('../features/creatives/creatives.tsx'), 'Creatives'),
  screen('/reports', () => import('../features/reports/reports.tsx'), 'Reports'),
  screen('/close', () => import('../features/close/close.tsx'), 'Close'),
  screen('/wallet', () => import('../features/wallet/wallet.tsx'), 'Wallet'),
  screen('/placements', () => import('../features/placements/placements.tsx'), 'Placements'),
  screen('/rate-card', () => import('../features/placements/rateCard.tsx'), 'RateCard'),
  screen('/statements', () => import('../features/statements/statements.tsx'), 'Statements'),
  screen('/statements/$id', () => import('../features/statements/statement.tsx'), 'Statement'),
  screen('/payouts', () => import('../features/payouts/payouts.tsx'), 'Payouts'),
  screen(
    '/reconciliation',
    () => import('../features/reconciliation/reconciliation.tsx'),
    'Reconciliation',
  ),
  screen('/nettings', () => import('../features/nettings/nettings.tsx'), 'Nettings'),
  screen('/credit', () => import('../features/credit/credit.tsx'), 'Credit'),
  screen('/top-ups', () => import('../features/topUps/topUps.tsx'), 'TopUps'),
  screen('/ledger', () => import('../features/ledger/ledger.tsx'), 'Ledger'),
  screen('/advertisers', () => import('../features/advertisers/advertisers.tsx'), 'Advertisers'),
  screen('/health', () => import('../features/health/health.tsx'), 'Health'),
  screen('/deals', () => import('../features/deals/deals.tsx'), 'Deals'),
  screen('/partners', () => import('../features/partners/partners.tsx'), 'Partners'),
  screen(
    '/integrations',
    () => import('../features/integrations/integrations.tsx'),
    'Integrations',
  ),
  screen('/calendar', () => import('../features/bookings/calendar.tsx'), 'Calendar'),
  screen('/orders', () => import('../features/orders/orders.tsx'), 'Orders'),
  screen('/invoices', () => import('../features/invoices/invoices.tsx'), 'Invoices'),
  screen('/papers', () => import('../features/papers/papers.tsx'), 'Papers'),
  screen('/creatives-shown', () => import('../features/acceptance/shown.tsx'), 'ShownCreatives'),
  screen('/admission', () => import('../features/admission/admission.tsx'), 'AdmissionScreen'),
  screen('/notices', () => import('../features/notices/notices.tsx'), 'NoticesScreen'),
  screen('/audit', () => import('../features/audit/audit.tsx'), 'Audit'),
  screen('/refusals', () => import('../features/refusals/refusals.tsx'), 'Refusals'),
  screen('/members', () => import('../features/account/members.tsx'), 'Members'),
  screen('/account', () => import('../features/account/account.tsx'), 'Account'),
];

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    signUp,
    invitation,
    forgotten,
    resetPassword,
    room.addChildren([home, ...screens]),
  ]),
  context: { queryClient: undefined as unknown as QueryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultPendingComponent: () => <Loading lines={8} />,
  defaultPendingMs: 250,
  defaultErrorComponent: Broken,
  scrollRestoration: true,
  stringifySearch: (search) => {
    const entries = Object.entries(search).flatMap(([key, value]) =>
      value === undefined || value === '' ? [] : [[key, String(value)]],
    );
    const text = new URLSearchParams(entries).toString();
    return text && `?${text}`;
  },
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
});
