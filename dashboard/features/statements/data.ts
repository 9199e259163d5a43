/** Statements as the API has them, and what may be done with them. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';

const one = api.statements[':id'];
export type StatementRow = Answer<Awaited<ReturnType<typeof api.statements.$get>>>['items'][number];
export type StatementStatus = StatementRow['status'];
export type StatementDetail = Answer<Awaited<ReturnType<typeof one.$get>>>;
export type StatementLine = StatementDetail['lines'][number];
type ChargesCall = (typeof one)['lines'][':ordinal']['charges']['$get'];
export type Charge = Answer<Awaited<ReturnType<ChargesCall>>>['items'][number];

export const STATEMENTS = ['statements'];
/** What a step of a statement may change. */
export const REFRESH = [STATEMENTS, ['payouts']];

export const useStatements = (filter: { month?: string; status?: StatementStatus }) =>
  useQuery({
    queryKey: [...STATEMENTS, filter],
    queryFn: () =>
      everyPage((cursor) =>
        read(api.statements.$get({ query: { ...filter, limit: PAGE_LIMIT, cursor } })),
      ),
  });

export const useStatement = (id: number) =>
  useQuery({
    queryKey: [...STATEMENTS, id],
    queryFn: () => read(one.$get({ param: { id: String(id) } })),
  });

export const useLineCharges = (id: number, ordinal: number | undefined) =>
  useQuery({
    queryKey: [...STATEMENTS, id, 'charges', ordinal],
    enabled: ordinal !== undefined,
    queryFn: () =>
      everyPage((cursor) =>
        read(
          one.lines[':ordinal'].charges.$get({
            param: { id: String(id), ordinal: String(ordinal) },
            query: { limit: PAGE_LIMIT, cursor },
          }),
        ),
      ),
  });

export const useJournal = (id: number, key: string | undefined) =>
  useQuery({
    queryKey: [...STATEMENTS, id, 'journal', key],
    enabled: key !== undefined,
    queryFn: () =>
      read(one.journals.$get({ param: { id: String(id) }, query: { key: key ?? '' } })),
  });
