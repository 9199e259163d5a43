/** One's own way in: password, second factor, devices. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { instant } from '../../lib/format.ts';
import { auth } from '../../lib/session.ts';
import { Page, Panel } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { SecondFactor } from './secondFactor.tsx';
import { useAccountWords } from './words.ts';

export function Account() {
  const say = useAccountWords();
  return (
    <Page title={say('title')} hint={say('hint')}>
      <div className="grid-2">
        <SecondFactor />
        <Password />
        <Sessions />
      </div>
    </Page>
  );
}

interface PasswordValues {
  currentPassword: string;
  newPassword: string;
}

function Password() {
  const say = useAccountWords();
  const { message } = App.useApp();
  const [form] = Form.useForm<PasswordValues>();
  const [busy, setBusy] = useState(false);
  const submit = async (values: PasswordValues) => {
    setBusy(true);
    const { error } = await auth.changePassword({ ...values, revokeOtherSessions: true });
    setBusy(false);
    if (error) {
      // Weak is said by a code of ours; whatever else better-auth refuses here is the old password.
      const weak = error.code === 'PASSWORD_TOO_WEAK';
      const said = weak ? (error.message ?? '') : say('wrong');
      form.setFields([{ name: weak ? 'newPassword' : 'currentPassword', errors: [said] }]);
      return;
    }
    form.resetFields();
    void message.success(say('changed'));
  };
  return (
    <Panel title={say('password')} hint={say('passwordHint')}>
      <Form
        form={form}
        name="password"
        layout="vertical"
        onFinish={submit}
        style={{ maxWidth: 380 }}
      >
        <Form.Item
          name="currentPassword"
          label={say('current')}
          rules={[{ required: true, message: say('required') }]}
        >
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <Form.Item
          name="newPassword"
          label={say('next')}
          rules={[{ required: true, min: 12, message: say('tooShort') }]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Button htmlType="submit" loading={busy}>
          {say('change')}
        </Button>
      </Form>
    </Panel>
  );
}

function Sessions() {
  const say = useAccountWords();
  const { message } = App.useApp();
  const client = useQueryClient();
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: async () => {
      const [all, own] = await Promise.all([auth.listSessions(), auth.getSession()]);
      return (all.data ?? []).map((session) => ({
        ...session,
        own: session.token === own.data?.session.token,
      }));
    },
  });
  const revoke = async (token: string) => {
    const { error } = await auth.revokeSession({ token });
    void message[error ? 'error' : 'success'](say(error ? 'failed' : 'revoked'));
    void client.invalidateQueries({ queryKey: ['sessions'] });
  };
  return (
    <Panel title={say('sessions')} hint={say('sessionsHint')}>
      <Loaded query={sessions} lines={2}>
        {(rows) => (
          <ul className="stack" style={{ gap: 12 }}>
            {rows.map((session) => (
              <li key={session.token} className="row row-between">
                <span>
                  {deviceName(session.userAgent ?? '')}{' '}
                  {session.own && <span className="faint">({say('thisDevice')})</span>}
                  <br />
                  <span className="faint small number">
                    {session.ipAddress} · {say('since', { at: instant(String(session.createdAt)) })}
                  </span>
                </span>
                {!session.own && (
                  <Button size="small" onClick={() => void revoke(session.token)}>
                    {say('revoke')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}

function deviceName(agent: string): string {
  const browser = /(Edg|HeadlessChrome|Chrome|Firefox|Safari)\//.exec(agent)?.[1] ?? 'Browser';
  const system = /(Windows|Mac OS X|Android|iPhone|HarmonyOS|Linux)/.exec(agent)?.[1];
  return system ? `${browser.replace('Edg', 'Edge')} · ${system}` : browser;
}
