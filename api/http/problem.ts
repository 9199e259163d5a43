/**
 * Failures as RFC 9457 problems. Owns the table from code to status and title (complete by type) and what a
 * bug looks like from outside: a request id and nothing else.
 */
import { DrizzleQueryError } from 'drizzle-orm/errors';
import type { Context as HonoContext } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { Failure, type FailureCode, type FailureDetail } from '../../db/terms/failure.ts';

export type ProblemCode = FailureCode | 'internal_error';

const PROBLEMS: Record<ProblemCode, { status: ContentfulStatusCode; zh: string; en: string }> = {
  invalid_input: { status: 422, zh: '提交的内容有误', en: 'The input is not valid' },
  unauthenticated: { status: 401, zh: '请先登录', en: 'Sign in first' },
  second_factor_required: { status: 401, zh: '需要二次验证', en: 'A second factor is needed' },
  forbidden: { status: 403, zh: '没有权限', en: 'Not allowed' },
  not_found: { status: 404, zh: '找不到', en: 'Not found' },
  conflict: { status: 409, zh: '当前状态不允许此操作', en: 'The state does not allow this' },
  stale_version: { status: 409, zh: '内容已被他人修改，请刷新', en: 'Someone changed it first' },
  idempotency_mismatch: {
    status: 409,
    zh: '幂等键已用于另一请求',
    en: 'The idempotency key was used for another request',
  },
  insufficient_funds: { status: 409, zh: '余额不足', en: 'Not enough balance' },
  period_closed: { status: 409, zh: '账期已关闭', en: 'The period is closed' },
  four_eyes: { status: 403, zh: '经办人不能复核', en: 'The maker cannot be the checker' },
  limit_exceeded: { status: 429, zh: '超出限制', en: 'A limit was exceeded' },
  too_many: { status: 422, zh: '超出数量上限', en: 'More than is taken' },
  unsupported_media_type: { status: 415, zh: '不支持的格式', en: 'The format is not supported' },
  payload_too_large: { status: 413, zh: '内容过大', en: 'Too large' },
  not_acceptable_creative: {
    status: 422,
    zh: '创意不符合法律规定',
    en: 'The creative is refused by a rule of law',
  },
  signature_invalid: { status: 400, zh: '签名无效', en: 'The signature is not valid' },
  not_on_edge: {
    status: 501,
    zh: '该功能仅由 Node 进程提供',
    en: 'Only the Node process offers this',
  },
  upstream_unavailable: { status: 502, zh: '上游服务没有应答', en: 'An upstream did not answer' },
  internal_error: {
    status: 500,
    zh: '系统错误，请凭编号联系我们',
    en: 'Something broke on our side',
  },
};

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail: { zh: string; en: string };
  errors: { pointer: string; zh: string; en: string }[];
  requestId: string;
}

export function problemOf(
  code: ProblemCode,
  details: readonly FailureDetail[],
  requestId: string,
): Problem {
  const known = PROBLEMS[code];
  const first = details[0];
  return {
    type: `urn:hongze:problem:${code}`,
    title: known.en,
    status: known.status,
    code,
    detail: { zh: first?.zh ?? known.zh, en: first?.en ?? known.en },
    errors: details.flatMap(({ pointer, zh, en }) =>
      pointer === undefined ? [] : [{ pointer, zh, en }],
    ),
    requestId,
  };
}

export function sendProblem(c: HonoContext, problem: Problem): Response {
  return c.body(JSON.stringify(problem), problem.status as ContentfulStatusCode, {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
  });
}

/** SQLSTATEs that mean another writer came first: the caller may simply try again. */
const RETRYABLE = new Set(['40001', '40P01', '55P03']);

function sqlStateOf(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ('code' in e && typeof e.code === 'string' && /^[0-9A-Z]{5}$/.test(e.code)) return e.code;
  }
  return undefined;
}

const BY_STATUS: Partial<Record<number, FailureCode>> = {
  400: 'invalid_input',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'limit_exceeded',
};

/**
 * A bug's message for the log, without the values a query carried. Drizzle writes a failed query's parameters into its
 * message, and PostgreSQL quotes what it cannot read (class 22); both may be somebody's name or address.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  if (error instanceof DrizzleQueryError) return `Failed query: ${error.query}`;
  const state = sqlStateOf(error);
  return state?.startsWith('22') ? `SQLSTATE ${state}` : error.message;
}

const stackOf = (error: unknown): string =>
  error instanceof Error && error.stack
    ? error.stack.replace(error.message, () => messageOf(error))
    : messageOf(error);

/** Hono's `onError`. `log` hears of bugs only; a Failure is nobody's alarm. */
export const problemHandler =
  (log: (entry: Record<string, unknown>) => void) =>
  (error: unknown, c: HonoContext): Response => {
    const requestId = String(c.get('requestId') ?? '');
    if (error instanceof Failure)
      return sendProblem(c, problemOf(error.code, error.details, requestId));
    if (error instanceof HTTPException) {
      const code = BY_STATUS[error.status];
      if (code) return sendProblem(c, problemOf(code, [], requestId));
    }
    const sqlState = sqlStateOf(error);
    if (sqlState && RETRYABLE.has(sqlState)) {
      return sendProblem(c, problemOf('conflict', [], requestId));
    }
    log({
      requestId,
      method: c.req.method,
      path: c.req.routePath,
      sqlState,
      error: stackOf(error),
    });
    return sendProblem(c, problemOf('internal_error', [], requestId));
  };
