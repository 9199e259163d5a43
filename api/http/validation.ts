/**
 * Input at the edge: zod in, typed values out, problems with JSON pointers otherwise; and the way values leave:
 * bigint as decimal strings, instants as ISO text. Every route reads its input through `json`, `query`, `param`, `form`.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ValidationTargets } from 'hono';
import { validator } from 'hono-openapi';
import { z } from 'zod';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';
import { idSchema } from '../../db/terms/id.ts';
import { sayIssue } from './issues.ts';

const keyOf = (segment: PropertyKey | StandardSchemaV1.PathSegment): string =>
  String(typeof segment === 'object' ? segment.key : segment);

/** RFC 6901. */
export const pointerOf = (path: readonly (PropertyKey | StandardSchemaV1.PathSegment)[]): string =>
  path.map((segment) => `/${keyOf(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/**
 * Of a union nothing matched: the issues of the branch that was meant, so that the field is named, and not the whole. Meant
 * is the branch whose fields are the ones given; of several, the one that came furthest.
 */
function narrowed(issue: StandardSchemaV1.Issue): StandardSchemaV1.Issue[] {
  const union = issue as z.core.$ZodIssue;
  if (union.code !== 'invalid_union' || union.errors.length === 0) return [issue];
  const strange = (branch: readonly z.core.$ZodIssue[]): number =>
    branch.some((one) => one.code === 'unrecognized_keys') ? 1 : 0;
  const depth = (branch: readonly z.core.$ZodIssue[]): number =>
    Math.max(...branch.flatMap(narrowed).map((one) => one.path?.length ?? 0));
  const [meant = []] = [...union.errors].sort(
    (a, b) => strange(a) - strange(b) || depth(b) - depth(a),
  );
  return meant
    .flatMap(narrowed)
    .map((one) => ({ ...one, path: [...(issue.path ?? []), ...(one.path ?? [])] }));
}

export function failureOf(issues: readonly StandardSchemaV1.Issue[]): Failure {
  const details = issues.flatMap(narrowed).map((one): FailureDetail => {
    const issue = one as z.core.$ZodIssue;
    // A field that nobody asked for is pointed at, and not the object that has it.
    const stray = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    return { pointer: pointerOf([...(one.path ?? []), ...stray]), ...sayIssue(issue) };
  });
  const [first, ...rest] = details;
  return new Failure('invalid_input', first ?? { zh: '内容有误', en: 'not valid' }, ...rest);
}

/** What passes the schema; a Failure that names the fields otherwise. For input that came by another way than a request. */
export function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw failureOf(result.error.issues);
  return result.data;
}

function hook(result: { success: boolean; error?: readonly StandardSchemaV1.Issue[] }): void {
  if (!result.success) throw failureOf(result.error ?? []);
}

const checked = <Schema extends StandardSchemaV1, Target extends keyof ValidationTargets>(
  target: Target,
  schema: Schema,
) => validator(target, schema, hook);

export const json = <Schema extends StandardSchemaV1>(schema: Schema) => checked('json', schema);
export const query = <Schema extends StandardSchemaV1>(schema: Schema) => checked('query', schema);
export const param = <Schema extends StandardSchemaV1>(schema: Schema) => checked('param', schema);
export const form = <Schema extends StandardSchemaV1>(schema: Schema) => checked('form', schema);

/** `/things/:id`. */
export const idParam = () => param(z.object({ id: idSchema }));

export type Wire<T> = T extends bigint
  ? string
  : T extends string
    ? T // before `object`: a branded string (Day) is both
    : T extends Date
      ? string
      : T extends (infer Item)[]
        ? Wire<Item>[]
        : T extends object
          ? { [Key in keyof T]: Wire<T[Key]> }
          : T;

/** A row as JSON can carry it. */
export function wire<T>(value: T): Wire<T> {
  const text = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' ? item.toString() : item,
  );
  return text === undefined ? (undefined as Wire<T>) : (JSON.parse(text) as Wire<T>);
}
