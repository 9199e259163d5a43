/** Credit as the API has it: lines of agencies, wallets with credit, and what was proposed of both. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import type { Tone } from '../../ui/page.tsx';

export const proposals = api['credit-proposals'];
const lines = api['credit-lines'];
const { credits } = api.wallet;
export type Proposal = Answer<Awaited<ReturnType<typeof proposals.$get>>>['items'][number];
export type Line = Answer<Awaited<ReturnType<typeof lines.$get>>>['items'][number];
type WalletRow = Answer<Awaited<ReturnType<typeof credits.$get>>>['items'][number];
/** Known by its advertiser's id; the name stands in the row, so that no list names it twice. */
export type Wallet = Omit<WalletRow, 'advertiserId'> & { id: number };

export const CREDIT = ['credit'];
export const PROPOSAL_TONES: Record<Proposal['status'], Tone> = {
  open: 'warn',
  confirmed: 'good',
  declined: 'bad',
  withdrawn: 'quiet',
  lowered: 'busy',
};

export const useProposals = () =>
  useQuery({
    queryKey: [...CREDIT, 'proposals'],
    queryFn: () =>
      everyPage((cursor) => read(proposals.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

export const useLines = () =>
  useQuery({
    queryKey: [...CREDIT, 'lines'],
    queryFn: () =>
      everyPage((cursor) => read(lines.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

/** The platform's: those that have credit; an agency's: all of its clients'. */
export const useWallets = () =>
  useQuery({
    queryKey: [...CREDIT, 'wallets'],
    queryFn: async (): Promise<Wallet[]> => {
      const rows = await everyPage((cursor) =>
        read(credits.$get({ query: { limit: PAGE_LIMIT, cursor } })),
      );
      return rows.map(({ advertiserId: id, ...row }) => ({ id, ...row }));
    },
  });

/** The agency's own. */
export const useOwnLine = () =>
  useQuery({
    queryKey: [...CREDIT, 'line'],
    queryFn: () => read(api['credit-line'].$get({ query: {} })),
  });

export const leftOf = (line: { limitMicroCny: string; spreadMicroCny: string }): bigint =>
  BigInt(line.limitMicroCny) - BigInt(line.spreadMicroCny);

export const total = <Row>(rows: readonly Row[], amount: (row: Row) => string): bigint =>
  rows.reduce((sum, row) => sum + BigInt(amount(row)), 0n);

/** What stands now of whom a change is about; undefined until it is known. */
export interface Standing {
  limitMicroCny: string;
  /** Of a line: what is spread; of a wallet: what is drawn. */
  boundMicroCny: string;
  /** Of a wallet: whose line it is out of. */
  agency?: string | null;
}

export function useStanding(): (subject: string | undefined) => Standing | undefined {
  const ofLines = useLines().data;
  const ofWallets = useWallets().data;
  return (subject) => {
    const [kind, id] = splitSubject(subject);
    if (kind === 'line') {
      const line = ofLines?.find((row) => row.organizationId === id);
      return line && { limitMicroCny: line.limitMicroCny, boundMicroCny: line.spreadMicroCny };
    }
    if (kind !== 'wallet' || !ofWallets) return undefined;
    const wallet = ofWallets.find((row) => String(row.id) === id);
    return {
      limitMicroCny: wallet?.limitMicroCny ?? '0',
      boundMicroCny: wallet?.drawnMicroCny ?? '0',
      agency: wallet?.grantedByName ?? null,
    };
  };
}

/** `line:<organisation>` or `wallet:<advertiser>`: what a proposal is about, as the URL and the form have it. */
export const subjectOf = (row: Pick<Proposal, 'organizationId' | 'advertiserId'>): string =>
  row.organizationId === null ? `wallet:${row.advertiserId}` : `line:${row.organizationId}`;

export function splitSubject(subject = ''): [kind: string, id: string] {
  const at = subject.indexOf(':');
  return at < 0 ? ['', ''] : [subject.slice(0, at), subject.slice(at + 1)];
}
