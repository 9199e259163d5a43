/** What identity writes to people: links that open a forgotten account, prove an address, or invite. */
import { createEmailVerificationToken } from 'better-auth/api';
import type { Db } from '../../db/client.ts';
import type { Clock } from '../../db/terms/day.ts';
import type { Config } from '../env.ts';
import { type NewLetter, queueLetter } from './outbox.ts';

/** A link opens the account for whoever has it: shown to its addressee, for so long. */
export const RESET_SECONDS = 3600;
export const VERIFY_SECONDS = 24 * 3600;
export const INVITE_SECONDS = 7 * 86_400;

export const resetLetter = (to: string, link: string): NewLetter => ({
  kind: 'password.reset',
  lifeSeconds: RESET_SECONDS,
  to,
  subject: '重设密码 · Reset your password',
  text: `您好：

有人（希望是您本人）请求重设本账号在泓泽的密码。请在一小时内打开以下链接：
${link}
如非本人操作，请忽略本邮件，密码不会改变。

Someone, we hope you, asked to reset the password of this account at Hongze. Open the link above within an hour.
If it was not you, ignore this letter: nothing changes.
`,
});

export const verifyLetter = (to: string, link: string): NewLetter => ({
  kind: 'address.verify',
  lifeSeconds: VERIFY_SECONDS,
  to,
  subject: '确认邮箱 · Confirm your address',
  text: `您好：

请在 24 小时内打开以下链接，确认该邮箱属于您：
${link}
如未注册泓泽账号，请忽略本邮件。

Open the link above within a day to confirm that this address is yours. If you have no account at Hongze, ignore this letter.
`,
});

export const inviteLetter = (to: string, organization: string, link: string): NewLetter => ({
  kind: 'member.invite',
  lifeSeconds: INVITE_SECONDS,
  to,
  subject: '邀请您加入泓泽 · An invitation to Hongze',
  text: `您好：

「${organization}」邀请您加入其在泓泽的机构。请在七天内打开以下链接：
${link}
如不认识对方，请忽略本邮件。

“${organization}” invites you to join it at Hongze. Open the link above within seven days. If you do not know them, ignore this letter.
`,
});

/** The letter that proves an address, for the transaction that opens its account. */
export async function queueProof(
  ctx: { db: Db; clock: Clock; config: Pick<Config, 'mail' | 'publicUrl' | 'authSecret'> },
  to: string,
): Promise<void> {
  const { mail, publicUrl, authSecret } = ctx.config;
  if (!mail) return;
  const token = await createEmailVerificationToken(authSecret, to, undefined, VERIFY_SECONDS);
  const link = `${publicUrl}/api/auth/verify-email?token=${token}&callbackURL=%2F`;
  await queueLetter(ctx.db, ctx.clock(), verifyLetter(to, link));
}

/** Written down without being waited for: how long an answer takes must not tell whether an address has an account. */
export function queueAside(
  { db, clock }: { db: Db; clock: Clock },
  written: NewLetter,
): Promise<void> {
  void queueLetter(db, clock(), written).catch((error: { code?: string }) => {
    process.emitWarning(`a letter could not be queued: ${error.code ?? 'error'}`);
  });
  return Promise.resolve();
}
