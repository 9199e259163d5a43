/** Turns the ledger's SQLSTATEs (migrations 0011–0014) into Failures; whatever else was thrown passes through. */
import { Failure, type FailureCode } from '../../db/terms/failure.ts';

interface Refusal {
  code: FailureCode;
  zh: string;
  en: string;
}

const REFUSALS: Record<string, Refusal> = {
  HL001: {
    code: 'idempotency_mismatch',
    zh: '同一凭证号已用于不同内容',
    en: 'this key was used with another body',
  },
  HL002: {
    code: 'insufficient_funds',
    zh: '可用余额不足',
    en: 'the available balance is too low',
  },
  HL003: {
    code: 'period_closed',
    zh: '会计期间已关账',
    en: 'the accounting period takes no such posting',
  },
  HL004: { code: 'invalid_input', zh: '凭证借贷不平', en: 'the journal does not balance' },
  HL005: {
    code: 'invalid_input',
    zh: '现金类科目只能以整分入账',
    en: 'cash moves in whole fen',
  },
  HL006: { code: 'forbidden', zh: '账簿只增不改', en: 'the ledger is append-only' },
  HL007: { code: 'conflict', zh: '冻结金额不足或已解冻', en: 'the hold has less than that left' },
  HL008: { code: 'invalid_input', zh: '没有这样的科目', en: 'no such account' },
};

interface PostgresError {
  code?: string;
  detail?: string;
  message?: string;
  constraint_name?: string;
}

/** drizzle wraps what postgres.js throws: the error proper is its `cause`. */
export function postgresError(error: unknown): PostgresError | undefined {
  const inner = error instanceof Error && error.cause ? error.cause : error;
  return inner && typeof inner === 'object' && 'code' in inner
    ? (inner as PostgresError)
    : undefined;
}

export function asFailure(error: unknown): unknown {
  const found = postgresError(error);
  const constraint = found?.constraint_name === 'balance_floor' ? 'HL002' : undefined;
  const refusal = REFUSALS[constraint ?? found?.code ?? ''];
  if (!refusal) return error;
  const about = found?.detail && !constraint ? found.detail : (found?.message ?? '');
  return new Failure(refusal.code, {
    zh: `${refusal.zh}（${about}）`,
    en: `${refusal.en} (${about})`,
  });
}
