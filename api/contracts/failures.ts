/** What a contract refuses, in words; turns what its migrations refuse into the same. */
import { Failure } from '../../db/terms/failure.ts';

export const invalid = (pointer: string, zh: string, en: string): Failure =>
  new Failure('invalid_input', { pointer, zh, en });

export const sameEyes = (): Failure =>
  new Failure('four_eyes', {
    zh: '合同须由起草人以外的另一人复核生效',
    en: 'who drafted a contract cannot activate it',
  });

export function contractFailure(error: unknown): unknown {
  const inner = (error instanceof Error && error.cause ? error.cause : error) as {
    code?: string;
    constraint_name?: string;
  };
  if (inner?.constraint_name === 'contract_version_no_overlap') {
    return new Failure('conflict', {
      pointer: '/effectiveFrom',
      zh: '与同一范围内已生效的合同时间重叠',
      en: 'overlaps an active contract of the same scope',
    });
  }
  if (inner?.constraint_name === 'contract_version_four_eyes') return sameEyes();
  if (inner?.code === 'HC001') {
    return new Failure('conflict', { zh: '合同生效后不可修改', en: 'an active version is frozen' });
  }
  if (inner?.code === 'HC002') {
    return new Failure('invalid_input', {
      pointer: '/parties',
      zh: '分成比例合计须为 100%',
      en: 'shares must sum to 100 %',
    });
  }
  return error;
}
