/** A forgotten password: asking for the letter, and, by the link in it, setting a new one. */
import { Link, useNavigate } from '@tanstack/react-router';
import { App, Button, Form, Input, Result } from 'antd';
import { useState } from 'react';
import { auth } from '../../lib/session.ts';
import { Door } from './door.tsx';
import { useForgottenWords } from './forgottenWords.ts';
import { useSessionWords } from './words.ts';

/** better-auth's word for a deployment without outgoing mail, and our edge's. */
const NO_MAIL = new Set(['RESET_PASSWORD_DISABLED', 'not_on_edge']);

interface Refusal {
  status?: number;
  code?: string | undefined;
}

export function Forgotten() {
  const say = useForgottenWords();
  const { message } = App.useApp();
  const [form] = Form.useForm<{ email: string }>();
  const [busy, setBusy] = useState(false);
  const [askedFor, setAskedFor] = useState<string>();
  const reason = ({ status, code }: Refusal) =>
    status === 429 ? say('tooMany') : NO_MAIL.has(code ?? '') ? say('noMail') : say('failed');
  const ask = async ({ email }: { email: string }) => {
    setBusy(true);
    try {
      const { error } = await auth.requestPasswordReset({ email });
      if (error) form.setFields([{ name: 'email', errors: [reason(error)] }]);
      else setAskedFor(email);
    } catch {
      void message.error(say('offline'));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Door title={say('forgotten')} hint={say('forgottenHint')} foot={<Back />}>
      {askedFor ? (
        <Result
          status="success"
          title={say('sent')}
          subTitle={say('sentHint', { email: askedFor })}
        />
      ) : (
        <Form form={form} name="forgotten" layout="vertical" size="large" onFinish={ask}>
          <Form.Item
            name="email"
            label={say('email')}
            rules={[{ required: true, type: 'email', message: say('emailWrong') }]}
            validateTrigger="onBlur"
          >
            <Input autoComplete="username" inputMode="email" maxLength={200} autoFocus />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={busy}>
            {say('send')}
          </Button>
        </Form>
      )}
    </Door>
  );
}

/** The token stands behind the #, where no server and no referrer sees it. */
export function ResetPassword() {
  const say = useForgottenWords();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const [form] = Form.useForm<{ password: string }>();
  const [busy, setBusy] = useState(false);
  const [token] = useState(() => window.location.hash.slice(1));
  const set = async ({ password }: { password: string }) => {
    setBusy(true);
    try {
      const { error } = await auth.resetPassword({ newPassword: password, token });
      if (error) {
        const text = error.code === 'PASSWORD_TOO_WEAK' ? (error.message ?? '') : say('linkWrong');
        form.setFields([{ name: 'password', errors: [text] }]);
        return;
      }
      void message.success(say('changed'));
      void navigate({ to: '/sign-in', replace: true });
    } catch {
      void message.error(say('offline'));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Door title={say('newPassword')} hint={say('newPasswordHint')} foot={<Back />}>
      <Form form={form} name="reset-password" layout="vertical" size="large" onFinish={set}>
        <Form.Item
          name="password"
          label={say('newPassword')}
          extra={say('passwordHint')}
          rules={[{ required: true, min: 12, max: 128, message: say('passwordHint') }]}
          validateTrigger="onBlur"
        >
          <Input.Password autoComplete="new-password" autoFocus />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={busy}>
          {say('change')}
        </Button>
      </Form>
    </Door>
  );
}

function Back() {
  const say = useSessionWords();
  return (
    <span className="faint">
      <Link to="/sign-in">{say('back')}</Link>
    </span>
  );
}
