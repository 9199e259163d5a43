/** What waits in the trade between the sides: changes, discounts, papers, red letters, an outlet's own way in. */
import { addDays } from '../../../db/terms/day.ts';
import { api, read } from '../../lib/client.ts';
import { today } from '../../ui/period.tsx';
import { type Finder, LIMIT, namesOf, some } from './finder.ts';
import type { NoticeWord } from './words.ts';

export const changesAsked =
  (side: 'buyer' | 'seller'): Finder =>
  async () => {
    const query = { status: 'open', limit: LIMIT } as const;
    const { items } = await read(api['booking-changes'].$get({ query }));
    const rows = items.filter((row) => row.askedSide !== side);
    const to = side === 'buyer' ? '/orders' : '/calendar';
    return some(rows.length, {
      word: 'changesAsked',
      to,
      search: { tab: 'changes' },
      tone: 'warn',
    });
  };

export const discountsWaiting: Finder = async () => {
  const { items } = await read(api.orders.$get({ query: { status: 'pending', limit: LIMIT } }));
  return some(items.length, {
    word: 'discountsWaiting',
    to: '/orders',
    search: { status: 'pending' },
    tone: 'warn',
    names: items.slice(0, 3).map((row) => row.advertiserName),
  });
};

export const papersWaiting: Finder = async () => {
  const query = { status: 'pending', limit: LIMIT } as const;
  const { items } = await read(api.qualifications.$get({ query }));
  const search = { status: 'pending' };
  return some(items.length, { word: 'papersWaiting', to: '/papers', search, tone: 'warn' });
};

const ENDING_DAYS = 30;

export const papersEnding: Finder = async () => {
  const query = { endingWithinDays: String(ENDING_DAYS), limit: LIMIT };
  const { items } = await read(api.qualifications.$get({ query }));
  const soon = addDays(today(), ENDING_DAYS);
  const rows = items.filter((row) => row.validUntil !== null && row.validUntil <= soon);
  const names = rows.slice(0, 3).map((row) => row.number);
  return some(rows.length, { word: 'papersEnding', to: '/papers', tone: 'warn', names });
};

/** Those that the other side asked for and that can still be answered. */
export const redLettersWaiting =
  (side: 'advertiser' | 'outlet' | 'platform'): Finder =>
  async () => {
    const query = { status: 'requested', limit: LIMIT } as const;
    const { items } = await read(api['red-letters'].$get({ query }));
    const now = new Date().toISOString();
    const rows = items.filter((row) => {
      const sells = (row.advertiserId !== null) === (side === 'platform');
      return row.expiresAt > now && (row.initiatedBy === 'seller') !== sells;
    });
    const search = { tab: 'red' };
    return some(rows.length, { word: 'redLettersWaiting', to: '/invoices', search, tone: 'warn' });
  };

/** Outlets of this organisation that have not come in yet. */
export const openAdmission: Finder = async () => {
  const { items } = await read(api.outlets.$get({ query: { limit: LIMIT } }));
  const rows = items.filter((row) => row.status === 'pending');
  return some(rows.length, { word: 'openAdmission', to: '/admission', tone: 'warn' });
};

/** Outlets whose admission has come so far that it waits for this desk. */
export const admissionsAt =
  (admission: 'submitted' | 'signed', word: NoticeWord): Finder =>
  async () => {
    const { items } = await read(api.outlets.$get({ query: { status: 'pending', limit: LIMIT } }));
    const rows = items.filter((row) => row.admission === admission);
    const search = { admission };
    return some(rows.length, { word, to: '/outlets', search, tone: 'warn', names: namesOf(rows) });
  };

/** Drafts that somebody else made; those of outlets on their way in are signed there. */
export const contractsToActivate: Finder = async ({ userId }) => {
  const { items } = await read(api.contracts.$get({ query: { status: 'draft', limit: LIMIT } }));
  const rows = items.filter((row) => row.draftedBy !== userId && row.outletStatus !== 'pending');
  const search = { status: 'draft' };
  const names = namesOf(rows);
  return some(rows.length, {
    word: 'contractsToActivate',
    to: '/contracts',
    search,
    tone: 'warn',
    names,
  });
};

/** More credit that somebody else proposed. */
export const creditToConfirm: Finder = async ({ userId }) => {
  const query = { status: 'open', limit: LIMIT } as const;
  const { items } = await read(api['credit-proposals'].$get({ query }));
  const rows = items.filter((row) => row.proposedBy !== userId);
  const names = namesOf(rows);
  return some(rows.length, { word: 'creditToConfirm', to: '/credit', tone: 'warn', names });
};

export const invoicesAt =
  (status: 'requested' | 'registered', word: NoticeWord): Finder =>
  async () => {
    const { items } = await read(api.invoices.$get({ query: { status, limit: LIMIT } }));
    return some(items.length, { word, to: '/invoices', search: { status }, tone: 'warn' });
  };

const TABS = { due: 'proofs', proved: 'proofs', missed: 'missed' } as const;

/** Booked days that wait: for their proof, for a word on it, for a make-good. */
export const daysAt =
  (status: keyof typeof TABS, word: NoticeWord, to: '/orders' | '/calendar'): Finder =>
  async () => {
    const { items } = await read(api.fulfilment.$get({ query: { status, limit: LIMIT } }));
    return some(items.length, { word, to, search: { tab: TABS[status] }, tone: 'warn' });
  };
