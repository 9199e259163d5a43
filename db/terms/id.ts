/**
 * Identifiers. Rows are numbered by PostgreSQL identities (safe integers up to 2^53); user and
 * organisation ids belong to better-auth and are text.
 */
import { z } from 'zod';

export type Id = number;

export const idSchema = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER);

/** Names a thing for audit rows, journals and errors: `lineItem:42`. */
export type Subject = `${string}:${string | number}`;
