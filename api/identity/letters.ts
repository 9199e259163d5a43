/** What identity writes to people: the link that opens a forgotten account, and the one that proves an address. */
import type { Letter, Mailer } from '../http/mail.ts';

/** A link opens the account for whoever has it: shown to its addressee, for so long. */
export const RESET_SECONDS = 3600;
export const VERIFY_SECONDS = 24 * 3600;

export const resetLetter = (to: string, link: string): Letter => ({
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

export const verifyLetter = (to: string, link: string): Letter => ({
  to,
  subject: '确认邮箱 · Confirm your address',
  text: `您好：

请在 24 小时内打开以下链接，确认该邮箱属于您：
${link}
如未注册泓泽账号，请忽略本邮件。

Open the link above within a day to confirm that this address is yours. If you have no account at Hongze, ignore this letter.
`,
});

/** Sends without being waited for: how long an answer takes must not tell whether an address has an account. */
export function sendAside(mailer: Mailer, letter: Letter): Promise<void> {
  void mailer.send(letter).catch((error: Error) => {
    // Without the address: the log holds no personal data.
    process.emitWarning(`a letter could not be sent: ${error.message.replace(letter.to, '…')}`);
  });
  return Promise.resolve();
}
