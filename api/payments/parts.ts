/** How a payout is cut to Alipay's limits. Pure and deterministic: the same payout is always cut the same way. */
import { assert, Failure } from '../../db/terms/failure.ts';

export interface TransferLimits {
  /** Least and most of one transfer, fen. Alipay's own are configuration of the contract: 0.10 yuan and up. */
  minFen: bigint;
  maxFen: bigint;
}

export const DEFAULT_LIMITS: TransferLimits = { minFen: 10n, maxFen: 10_000_000n };

/**
 * Full parts first, the rest last; where the rest is under the minimum the part before lends to it.
 * @throws Failure `invalid_input` under the minimum.
 */
export function splitIntoParts(amountFen: bigint, limits: TransferLimits): bigint[] {
  assert(
    limits.minFen > 0n && limits.maxFen >= 2n * limits.minFen,
    'transfer limits are too close',
  );
  if (amountFen < limits.minFen)
    throw new Failure('invalid_input', {
      zh: `打款金额 ${amountFen} 分低于单笔下限 ${limits.minFen} 分，留待下期`,
      en: `a payout of ${amountFen} fen is under the least transfer of ${limits.minFen} fen; it is carried forward`,
    });
  const parts: bigint[] = [];
  let left = amountFen;
  while (left > limits.maxFen) {
    const rest = left - limits.maxFen;
    const part = rest < limits.minFen ? left - limits.minFen : limits.maxFen;
    parts.push(part);
    left -= part;
  }
  parts.push(left);
  return parts;
}

/** One name for ever: Alipay pays an `out_biz_no` at most once. `day` keeps it apart from an earlier database's. */
export const outBizNo = (day: string, payoutId: number, ordinal: number): string =>
  `PO${day.replaceAll('-', '')}-${payoutId}-${ordinal}`;
