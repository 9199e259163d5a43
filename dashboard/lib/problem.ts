/**
 * What went wrong, as the API says it (RFC 9457 problem+json) or as the network does. Owns the
 * reading of problems and their way to a form's fields; refuses to invent a reason.
 */
import type { FormInstance } from 'antd';
import type { FailureCode } from '../../db/terms/failure.ts';
import { type Language, said } from './words.ts';

export interface FieldProblem {
  pointer?: string;
  zh: string;
  en: string;
}

export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly status: number,
    readonly code: FailureCode | 'offline' | 'internal',
    readonly detail: { zh: string; en: string },
    readonly fields: readonly FieldProblem[] = [],
    readonly requestId?: string,
  ) {
    super(`${code}: ${detail.en}`);
  }
}

export const OFFLINE = new Problem(0, 'offline', {
  zh: '网络已断开，内容未丢失，恢复后可重试。',
  en: 'You are offline. Nothing is lost; try again once you are back.',
});

const UNEXPECTED = {
  zh: '系统出现意外错误，我们已记录。',
  en: 'Something unexpected happened; it has been recorded.',
};

/** Reads a response that is not 2xx. */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => ({}));
  const { code, detail, errors, requestId } = body as Partial<{
    code: FailureCode;
    detail: { zh: string; en: string };
    errors: FieldProblem[];
    requestId: string;
  }>;
  const known = typeof detail === 'object' && detail !== null;
  return new Problem(
    response.status,
    code ?? (response.status === 401 ? 'unauthenticated' : 'internal'),
    known ? detail : (errors?.[0] ?? UNEXPECTED),
    errors ?? [],
    requestId,
  );
}

/** Whatever was thrown, as a sentence for a person. */
export function problemText(error: unknown, language: Language): string {
  return error instanceof Problem ? said(error.detail, language) : said(UNEXPECTED, language);
}

/** RFC 6901 pointer → the name path of a form: `/lineItems/0/bidFen` → ['lineItems', 0, 'bidFen']. */
export function fieldPath(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/**
 * Puts a problem's messages beside their fields: each at the field of the form that names most of its pointer. `alias`
 * tells where the form calls the pointer's first part by another name. Returns true if any field took one, so that the
 * caller knows whether to say it elsewhere.
 */
export function showInForm(
  form: FormInstance,
  error: unknown,
  language: Language,
  alias: Readonly<Record<string, string>> = {},
): boolean {
  if (!(error instanceof Problem)) return false;
  const registered = form.getFieldsError().map(({ name }) => name);
  const fields = error.fields.flatMap((field) => {
    const [first, ...rest] = field.pointer ? fieldPath(field.pointer) : [];
    if (first === undefined) return [];
    const path = [alias[first] ?? first, ...rest];
    const [name] = registered
      .filter((known) => known.every((part, at) => String(part) === String(path[at])))
      .sort((a, b) => b.length - a.length);
    return name ? [{ name, errors: [said(field, language)] }] : [];
  });
  if (fields.length === 0) return false;
  form.setFields(fields);
  const [first] = fields;
  if (first) form.scrollToField(first.name, { focus: true });
  return true;
}
