/** E-mail, password and, where it is on, the second factor. Used by the page and by the expired session. */
import { Link } from '@tanstack/react-router';
import { App, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { auth } from '../../lib/session.ts';
import { useSessionWords } from './words.ts';

interface Values {
  email: string;
  password: string;
}

export function SignInForm(props: { done: () => void; email?: string }) {
  const say = useSessionWords();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [needsCode, setNeedsCode] = useState(false);

  const submit = async (values: Values) => {
    setBusy(true);
    try {
      const { data, error } = await auth.signIn.email({ ...values, rememberMe: true });
      if (error) {
        const text =
          error.status === 429
            ? say('tooMany')
            : error.status && error.status < 500
              ? say('wrong')
              : say('failed');
        form.setFields([{ name: 'password', errors: [text] }]);
      } else if (data && 'twoFactorRedirect' in data && data.twoFactorRedirect) {
        setNeedsCode(true);
      } else {
        props.done();
      }
    } catch {
      void message.error(say('offline'));
    } finally {
      setBusy(false);
    }
  };

  if (needsCode) return <CodeForm done={props.done} back={() => setNeedsCode(false)} />;
  return (
    <Form
      form={form}
      name="sign-in"
      layout="vertical"
      size="large"
      initialValues={{ email: props.email ?? '' }}
      onFinish={submit}
    >
      <Form.Item
        name="email"
        label={say('email')}
        rules={[{ required: true, type: 'email', message: say('emailWrong') }]}
        validateTrigger="onBlur"
      >
        <Input autoComplete="username" inputMode="email" autoFocus={!props.email} />
      </Form.Item>
      <Form.Item
        name="password"
        label={say('password')}
        rules={[{ required: true, message: say('passwordWanted') }]}
        extra={
          <Link className="small" to="/forgotten-password">
            {say('forgot')}
          </Link>
        }
      >
        <Input.Password autoComplete="current-password" autoFocus={Boolean(props.email)} />
      </Form.Item>
      <Button type="primary" htmlType="submit" block loading={busy}>
        {say('signIn')}
      </Button>
    </Form>
  );
}

function CodeForm(props: { done: () => void; back: () => void }) {
  const say = useSessionWords();
  const [form] = Form.useForm<{ code: string }>();
  const [busy, setBusy] = useState(false);
  const submit = async ({ code }: { code: string }) => {
    setBusy(true);
    const { error } = await auth.twoFactor.verifyTotp({ code, trustDevice: false });
    setBusy(false);
    if (error) form.setFields([{ name: 'code', errors: [say('codeWrong')] }]);
    else props.done();
  };
  return (
    <Form form={form} name="second-factor" layout="vertical" size="large" onFinish={submit}>
      <Form.Item
        name="code"
        label={say('code')}
        extra={say('codeHint')}
        rules={[{ required: true, len: 6, message: say('codeHint') }]}
      >
        <Input.OTP length={6} autoFocus onChange={(code) => void submit({ code })} />
      </Form.Item>
      <Button type="primary" htmlType="submit" block loading={busy}>
        {say('verify')}
      </Button>
      <Button type="link" block onClick={props.back}>
        {say('back')}
      </Button>
    </Form>
  );
}
