/**
 * What a password may not be (OWASP ASVS 2.1: length over rules of composition, and none that guessers try first). Pure.
 */
import { Failure } from '../../db/terms/failure.ts';

export const MIN_PASSWORD = 12;
export const MAX_PASSWORD = 128;

/** The long ones among the most used passwords, folded: shorter ones are refused by length, doubled ones by `unit`. */
const COMMON = [
  '1q2w3e4r5t6y', '1qaz2wsx3edc', '1qazxsw23edc', 'abcd1234', 'adminadmin', 'aini1314', 'asdfghjkl', 'changeme',
  'iloveyou', 'letmein', 'p@ssw0rd', 'passw0rd', 'password', 'q1w2e3r4t5y6', 'qwertyuiop', 'welcome', 'woaini',
  'woaini1314', 'zaq12wsx', 'zhejiang', 'zxcvbnm',
]; // biome-ignore format: a list
const RUNS = [
  '01234567890',
  '09876543210',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
];

const fold = (text: string): string => text.toLowerCase().replace(/[\s._-]/g, '');

/** The shortest text that, repeated, gives this one: `abcabc` → `abc`. */
function unit(text: string): string {
  const at = (text + text).indexOf(text, 1);
  return text.slice(0, at);
}

/** What is left once known words and runs of four or more are taken out. */
function surprise(folded: string): string {
  let rest = folded;
  for (const word of [...COMMON].sort((a, b) => b.length - a.length))
    rest = rest.replaceAll(word, '');
  for (const run of RUNS) {
    for (let size = run.length; size >= 4; size--) {
      for (let at = 0; at + size <= run.length; at++)
        rest = rest.replaceAll(run.slice(at, at + size), '');
    }
  }
  return rest;
}

/** Why nobody should have this password; undefined where it will do. @param known the address, the name. */
export function passwordProblem(
  password: string,
  known: readonly string[] = [],
): { zh: string; en: string } | undefined {
  const length = [...password].length;
  if (length < MIN_PASSWORD) {
    return { zh: `密码至少 ${MIN_PASSWORD} 个字符`, en: `at least ${MIN_PASSWORD} characters` };
  }
  if (password.length > MAX_PASSWORD) {
    return { zh: `密码最多 ${MAX_PASSWORD} 个字符`, en: `at most ${MAX_PASSWORD} characters` };
  }
  const folded = fold(password);
  const own = known
    .flatMap((text) => [fold(text), ...text.toLowerCase().split(/[@\s.]/)])
    .filter((text) => text.length >= 4);
  const without = own.reduce((rest, text) => rest.replaceAll(text, ''), folded);
  if (without.length < 6 && own.some((text) => folded.includes(text))) {
    return { zh: '密码不能由您的邮箱或姓名构成', en: 'not made of your address or name' };
  }
  if (unit(folded).length <= 4 || surprise(unit(folded)).length < 3 || new Set(folded).size < 5) {
    return {
      zh: '这个密码太常见，容易被猜到',
      en: 'this password is among the first to be guessed',
    };
  }
  return undefined;
}

/** Fails with `invalid_input` at `/password`. */
export function assertStrongPassword(password: string, known: readonly string[] = []): void {
  const problem = passwordProblem(password, known);
  if (problem) throw new Failure('invalid_input', { pointer: '/password', ...problem });
}
