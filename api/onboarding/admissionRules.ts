/** What an outlet's papers must hold before anybody looks at them. Pure; each fault names its field. */
import type { outletAdmission } from '../../db/schema/onboarding.ts';
import type { Day } from '../../db/terms/day.ts';
import type { FailureDetail } from '../../db/terms/failure.ts';

/** 统一社会信用代码, GB 32100-2015: 17 characters of an alphabet without I, O, S, V, Z and a check character modulo 31. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

export function isCreditCode(code: string): boolean {
  if (!/^[0-9A-HJ-NPQRTUWXY]{18}$/.test(code)) return false;
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += ALPHABET.indexOf(code[i] as string) * (3 ** i % 31);
  return ALPHABET[(31 - (sum % 31)) % 31] === code[17];
}

/** Papers without which no outlet comes in. */
export const REQUIRED_PAPERS = ['business_licence'] as const;

type Papers = Pick<
  typeof outletAdmission.$inferSelect,
  | 'creditCode'
  | 'contactName'
  | 'contactPhone'
  | 'qualifications'
  | 'payeeName'
  | 'payeeAlipayAccount'
>;

const isGiven = (text: string | null): boolean => (text ?? '').trim() !== '';

export function admissionProblems(
  papers: Papers,
  of: { name: string },
  today: Day,
): FailureDetail[] {
  const problems: FailureDetail[] = [];
  const add = (pointer: string, zh: string, en: string) => problems.push({ pointer, zh, en });
  if (!isGiven(papers.creditCode)) {
    add('/creditCode', '请填写统一社会信用代码', 'give the unified social credit code');
  } else if (!isCreditCode(papers.creditCode ?? '')) {
    add('/creditCode', '统一社会信用代码不正确', 'not a unified social credit code');
  }
  if (!isGiven(papers.contactName)) add('/contactName', '请填写联系人', 'name a contact');
  if (!isGiven(papers.contactPhone)) add('/contactPhone', '请填写联系电话', 'give a phone number');
  for (const kind of REQUIRED_PAPERS) {
    if (!papers.qualifications.some((one) => one.kind === kind)) {
      add('/qualifications', '缺少营业执照或事业单位法人证书', 'the business licence is missing');
    }
  }
  for (const [i, one] of papers.qualifications.entries()) {
    if (one.expiresOn !== null && one.expiresOn < today) {
      add(`/qualifications/${i}/expiresOn`, `「${one.number}」已过期`, `${one.number} has expired`);
    }
  }
  if (!isGiven(papers.payeeAlipayAccount)) {
    add('/payeeAlipayAccount', '请填写收款支付宝账号', 'give the Alipay account that is paid');
  }
  // Money for a public body goes to that body (and Alipay checks the real name).
  if ((papers.payeeName ?? '').trim() !== of.name) {
    add('/payeeName', `收款户名应为「${of.name}」`, `the payee must be “${of.name}”`);
  }
  return problems;
}
