/**
 * What waits for somebody at this desk, gathered from the lists that it already has: nothing is stored, so nothing here can
 * be out of step with the thing it points at. One finder a kind of thing; each says how many and where.
 */
import { type UseQueryResult, useQueries } from '@tanstack/react-query';
import { addDays } from '../../../db/terms/day.ts';
import { api, read } from '../../lib/client.ts';
import { type Desk, deskOf, useMe } from '../../lib/me.ts';
import { today } from '../../ui/period.tsx';
import { type Finder, LIMIT, type Notice, namesOf, some } from './finder.ts';
import {
  admissionsAt,
  changesAsked,
  contractsToActivate,
  creditToConfirm,
  daysAt,
  discountsWaiting,
  invoicesAt,
  openAdmission,
  papersEnding,
  papersWaiting,
  redLettersWaiting,
} from './tradeFinders.ts';
import type { NoticeWord } from './words.ts';

/** Below a day's spend or below the threshold the advertiser set itself. */
const lowWallet: Finder = async ({ advertiserIds }) => {
  const wallets = await Promise.all(
    advertiserIds.map((id) => read(api.wallet.$get({ query: { advertiserId: String(id) } }))),
  );
  const low = wallets.filter(
    ({ availableMicroCny, alert }) =>
      BigInt(availableMicroCny) <= BigInt(alert?.thresholdMicroCny ?? 0),
  );
  return some(low.length, { word: 'lowWallet', to: '/wallet', tone: 'bad' });
};

const rejectedCreatives: Finder = async () => {
  const { items } = await read(api.creatives.$get({ query: { status: 'rejected', limit: LIMIT } }));
  return some(items.length, {
    word: 'rejectedCreatives',
    to: '/creatives',
    search: { status: 'rejected' },
    tone: 'bad',
    names: namesOf(items),
  });
};

const expiringPapers: Finder = async () => {
  const { items } = await read(api.creatives.$get({ query: { status: 'approved', limit: LIMIT } }));
  const soon = addDays(today(), 30);
  const rows = items.filter((row) => row.approvalExpiresOn && row.approvalExpiresOn <= soon);
  const to = '/creatives';
  return some(rows.length, { word: 'expiringPapers', to, tone: 'warn', names: namesOf(rows) });
};

const endingCampaigns: Finder = async () => {
  const { items } = await read(api.campaigns.$get({ query: { status: 'active', limit: LIMIT } }));
  const rows = items.filter((row) => row.endsOn <= addDays(today(), 3));
  const to = '/campaigns';
  return some(rows.length, { word: 'endingCampaigns', to, tone: 'warn', names: namesOf(rows) });
};

const notAdmitted: Finder = async () => {
  const { items } = await read(api.advertisers.$get({ query: { limit: LIMIT } }));
  const rows = items.filter((row) => row.status !== 'active');
  const to = '/campaigns';
  return some(rows.length, { word: 'notAdmitted', to, tone: 'warn', names: namesOf(rows) });
};

const ordersToConfirm: Finder = async () => {
  const { items } = await read(api.orders.$get({ query: { status: 'reserved', limit: LIMIT } }));
  const to = '/orders';
  return some(items.length, { word: 'ordersToConfirm', to, tone: 'warn', names: namesOf(items) });
};

const bookingsToAnswer: Finder = async () => {
  const { items } = await read(
    api.bookings.$get({ query: { status: 'open', orderStatus: 'reserved', limit: LIMIT } }),
  );
  const rows = items.filter((row) => row.endsOn >= today());
  return some(rows.length, {
    word: 'bookingsToAnswer',
    to: '/calendar',
    search: { tab: 'answers' },
    tone: 'warn',
  });
};

const statementsToConfirm: Finder = async () => {
  const { items } = await read(api.statements.$get({ query: { status: 'frozen', limit: LIMIT } }));
  return some(items.length, { word: 'statementsToConfirm', to: '/statements', tone: 'warn' });
};

const statementsToApprove: Finder = async () => {
  const query = { status: 'outlet_confirmed', limit: LIMIT } as const;
  const { items } = await read(api.statements.$get({ query }));
  return some(items.length, {
    word: 'statementsToApprove',
    to: '/statements',
    search: { status: 'outlet_confirmed' },
    tone: 'warn',
  });
};

const disputes: Finder = async () => {
  const query = { status: 'disputed', limit: LIMIT } as const;
  const { items } = await read(api.statements.$get({ query }));
  return some(items.length, {
    word: 'disputes',
    to: '/statements',
    search: { status: 'disputed' },
    tone: 'bad',
  });
};

const payoutsIn =
  (status: 'created' | 'unknown' | 'failed', word: NoticeWord, tone: Notice['tone']): Finder =>
  async () => {
    const { items } = await read(api.payouts.$get({ query: { status, limit: LIMIT } }));
    return some(items.length, { word, to: '/payouts', search: { status }, tone });
  };

const openCases: Finder = async () => {
  const { items } = await read(
    api.reconciliation.cases.$get({ query: { status: 'open', limit: LIMIT } }),
  );
  return some(items.length, {
    word: 'openCases',
    to: '/reconciliation',
    search: { tab: 'cases' },
    tone: 'bad',
  });
};

const nettingsToPost: Finder = async () => {
  const { items } = await read(api.nettings.$get({ query: { status: 'agreed', limit: LIMIT } }));
  return some(items.length, { word: 'nettingsToPost', to: '/nettings', tone: 'warn' });
};

const reviewsWaiting: Finder = async () => {
  const { items } = await read(api.review.$get({ query: { limit: LIMIT } }));
  return some(items.length, { word: 'reviewsWaiting', to: '/review', tone: 'warn' });
};

const advertisersWaiting: Finder = async () => {
  const { items } = await read(api.advertisers.$get({ query: { limit: LIMIT } }));
  const rows = items.filter((row) => row.status === 'pending');
  const to = '/advertisers';
  return some(rows.length, { word: 'advertisersWaiting', to, tone: 'warn', names: namesOf(rows) });
};

const stopsInForce: Finder = async () => {
  const { items } = await read(api.stops.$get({ query: { limit: LIMIT } }));
  const rows = items.filter((row) => row.liftedAt === null);
  return some(rows.length, { word: 'stopsInForce', to: '/stops', tone: 'bad' });
};

const FINDERS: Record<Desk, Record<string, Finder>> = {
  advertiser: {
    notAdmitted,
    lowWallet,
    rejectedCreatives,
    ordersToConfirm,
    changesAsked: changesAsked('buyer'),
    proofsToJudge: daysAt('proved', 'proofsToJudge', '/orders'),
    expiringPapers,
    papersEnding,
    redLettersWaiting: redLettersWaiting('advertiser'),
    endingCampaigns,
  },
  outlet: {
    openAdmission,
    statementsToConfirm,
    bookingsToAnswer,
    changesAsked: changesAsked('seller'),
    daysToProve: daysAt('due', 'daysToProve', '/calendar'),
    daysToMakeGood: daysAt('missed', 'daysToMakeGood', '/calendar'),
    redLettersWaiting: redLettersWaiting('outlet'),
  },
  finance: {
    statementsToApprove,
    disputes,
    payoutsToApprove: payoutsIn('created', 'payoutsToApprove', 'warn'),
    payoutsUnknown: payoutsIn('unknown', 'payoutsUnknown', 'bad'),
    payoutsFailed: payoutsIn('failed', 'payoutsFailed', 'bad'),
    openCases,
    nettingsToPost,
    creditToConfirm,
    outletsToSign: admissionsAt('signed', 'outletsToSign'),
    contractsToActivate,
    invoicesToIssue: invoicesAt('requested', 'invoicesToIssue'),
    invoicesToVerify: invoicesAt('registered', 'invoicesToVerify'),
    discountsWaiting,
    redLettersWaiting: redLettersWaiting('platform'),
  },
  operator: {
    reviewsWaiting,
    advertisersWaiting,
    outletsWaiting: admissionsAt('submitted', 'outletsWaiting'),
    papersWaiting,
    discountsWaiting,
    stopsInForce,
  },
};

export interface Notices {
  notices: Notice[];
  loading: boolean;
  error: unknown;
  refetch: () => void;
}

/** Asked once a minute while the window is looked at. A list that fails hides no other. */
export function useNotices(): Notices {
  const me = useMe();
  const desk = deskOf(me);
  return useQueries({
    queries: Object.entries(FINDERS[desk]).map(([name, find]) => ({
      queryKey: ['notices', desk, name],
      queryFn: () => find(me),
      refetchInterval: 60_000,
      staleTime: 30_000,
    })),
    combine: (results: UseQueryResult<Notice[]>[]) => ({
      notices: results.flatMap((result) => result.data ?? []),
      loading: results.some((result) => result.isPending),
      error: results.every((result) => result.error) ? results[0]?.error : undefined,
      refetch: () => {
        for (const result of results) void result.refetch();
      },
    }),
  });
}
