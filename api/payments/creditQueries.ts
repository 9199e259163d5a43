/** Reads of credit: lines, wallets with credit, proposals, each with the names that people know. Private to the slice. */
import { and, asc, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Db } from '../../db/client.ts';
import { advertiser } from '../../db/schema/campaigns.ts';
import { organization, user } from '../../db/schema/identity.ts';
import {
  type CREDIT_PROPOSAL_STATUSES,
  creditLine,
  creditProposal,
  walletCredit,
} from '../../db/schema/payments.ts';
import { decodeCursor, decodeIdCursor, type PageQuery, pageOf } from '../http/paging.ts';
import { accounts, balancesOf } from '../ledger/ledger.ts';

type ProposalStatus = (typeof CREDIT_PROPOSAL_STATUSES)[number];

/** Newest first. */
export async function listProposals(db: Db, page: PageQuery & { status?: ProposalStatus }) {
  const { status, limit } = page;
  const before = decodeIdCursor(page.cursor);
  const proposer = alias(user, 'proposer');
  const decider = alias(user, 'decider');
  const rows = await db
    .select({
      proposal: creditProposal,
      organizationName: organization.name,
      advertiserName: advertiser.name,
      proposedByName: proposer.name,
      decidedByName: decider.name,
    })
    .from(creditProposal)
    .leftJoin(organization, eq(organization.id, creditProposal.organizationId))
    .leftJoin(advertiser, eq(advertiser.id, creditProposal.advertiserId))
    .leftJoin(proposer, eq(proposer.id, creditProposal.proposedBy))
    .leftJoin(decider, eq(decider.id, creditProposal.decidedBy))
    .where(
      and(
        status && eq(creditProposal.status, status),
        before === undefined ? undefined : lt(creditProposal.id, before),
      ),
    )
    .orderBy(desc(creditProposal.id))
    .limit(limit + 1);
  const shown = rows.map(({ proposal, organizationName, advertiserName, ...people }) => ({
    ...proposal,
    ...people,
    name: organizationName ?? advertiserName ?? '',
  }));
  return pageOf(shown, limit, (row) => row.id);
}

/** Every agency, also those without a line. */
export async function listLines(db: Db, page: PageQuery) {
  const after = decodeCursor(page.cursor);
  const spread = db
    .select({
      organizationId: walletCredit.organizationId,
      sum: sql<string>`sum(${walletCredit.limitMicroCny})::bigint`.as('sum'),
    })
    .from(walletCredit)
    .groupBy(walletCredit.organizationId)
    .as('spread');
  const rows = await db
    .select({
      organizationId: organization.id,
      name: organization.name,
      limit: creditLine.limitMicroCny,
      spread: spread.sum,
    })
    .from(organization)
    .leftJoin(creditLine, eq(creditLine.organizationId, organization.id))
    .leftJoin(spread, eq(spread.organizationId, organization.id))
    .where(
      and(
        eq(organization.kind, 'agency'),
        after === undefined ? undefined : gt(organization.id, after),
      ),
    )
    .orderBy(asc(organization.id))
    .limit(page.limit + 1);
  const lines = rows.map(({ limit, spread: sum, ...row }) => ({
    ...row,
    limitMicroCny: limit ?? 0n,
    spreadMicroCny: BigInt(sum ?? 0),
  }));
  return pageOf(lines, page.limit, (row) => row.organizationId);
}

/** Wallets that have credit; of `advertiserIds` all, also those that have none. `drawn`: used or promised beyond what was paid in. */
export async function listWalletCredits(
  db: Db,
  page: PageQuery & { advertiserIds?: readonly number[] },
) {
  const { advertiserIds, limit } = page;
  const after = decodeIdCursor(page.cursor);
  const rows = await db
    .select({
      advertiserId: advertiser.id,
      name: advertiser.name,
      limit: walletCredit.limitMicroCny,
      grantedBy: walletCredit.organizationId,
      grantedByName: organization.name,
    })
    .from(advertiser)
    .leftJoin(walletCredit, eq(walletCredit.advertiserId, advertiser.id))
    .leftJoin(organization, eq(organization.id, walletCredit.organizationId))
    .where(
      and(
        advertiserIds
          ? inArray(advertiser.id, [...advertiserIds])
          : gt(walletCredit.limitMicroCny, 0n),
        after === undefined ? undefined : gt(advertiser.id, after),
      ),
    )
    .orderBy(asc(advertiser.id))
    .limit(limit + 1);
  const codes = rows.map(({ advertiserId }) => accounts.wallet(advertiserId));
  const balances = await balancesOf(db, codes);
  const wallets = rows.map(({ limit: granted, ...row }) => {
    const balance = balances.get(accounts.wallet(row.advertiserId));
    const below = (balance?.heldMicroCny ?? 0n) - (balance?.balanceMicroCny ?? 0n);
    return { ...row, limitMicroCny: granted ?? 0n, drawnMicroCny: below > 0n ? below : 0n };
  });
  return pageOf(wallets, limit, (row) => row.advertiserId);
}
