/**
 * Letters that go out: by SMTP, or, where a machine has none (the demo), as files in an outbox folder. Owns the transport;
 * what is written in them belongs to the slice that writes. Refuses to send a password over an unencrypted line.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadNative } from './native.ts';

export interface MailConfig {
  /** `泓泽 <no-reply@example.cn>` */
  from: string;
  /** `smtp://` (STARTTLS is demanded, but on this machine) or `smtps://`; absent: letters stay in `outbox`. */
  smtpUrl?: string | undefined;
  outbox?: string | undefined;
}

export interface Letter {
  to: string;
  subject: string;
  text: string;
}

export interface Mailer {
  /** Rejects where the server does not take it. */
  send(letter: Letter): Promise<void>;
}

const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

export const createMailer = (config: MailConfig): Mailer =>
  config.smtpUrl
    ? bySmtp(config.smtpUrl, config.from)
    : intoFolder(config.outbox ?? '', config.from);

// Not an import: Workers have no use for it.
const load = () => loadNative<typeof import('nodemailer')>('nodemailer');

function bySmtp(url: string, from: string): Mailer {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const user = decodeURIComponent(username);
  const open = () =>
    load().createTransport(
      {
        host: hostname,
        port: Number(port) || (secure ? 465 : 587),
        secure,
        requireTLS: !secure && !LOOPBACK.has(hostname),
        ...(user ? { auth: { user, pass: decodeURIComponent(password) } } : {}),
        ...TIMEOUTS,
        // What a stranger typed is text, never a file or an address to fetch.
        disableFileAccess: true,
        disableUrlAccess: true,
      },
      { from },
    );
  let transport: ReturnType<typeof open> | undefined;
  return {
    async send(letter) {
      transport ??= open();
      await transport.sendMail(letter);
    },
  };
}

function intoFolder(folder: string, from: string): Mailer {
  return {
    async send(letter) {
      const transport = load().createTransport({ streamTransport: true, buffer: true });
      const { message } = await transport.sendMail({ ...letter, from });
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(join(folder, `${randomUUID()}.eml`), message as Buffer, { mode: 0o600 });
    },
  };
}
