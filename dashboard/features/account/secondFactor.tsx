/** Turning the second factor on (password → QR → six digits → backup codes) and off. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input, QRCode } from 'antd';
import { useState } from 'react';
import { sessionQuery } from '../../lib/me.ts';
import { auth } from '../../lib/session.ts';
import { Mark, Panel } from '../../ui/page.tsx';
import { useAccountWords } from './words.ts';

interface Enrolment {
  totpURI: string;
  backupCodes: string[];
}

export function SecondFactor() {
  const say = useAccountWords();
  const client = useQueryClient();
  const [enrolment, setEnrolment] = useState<Enrolment>();
  const [codes, setCodes] = useState<string[]>();
  const on = useQuery(sessionQuery).data?.person?.twoFactorEnabled ?? false;
  const refresh = () => void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
  return (
    <Panel
      title={say('factor')}
      hint={say('factorHint')}
      extra={<Mark tone={on ? 'good' : 'warn'}>{say(on ? 'factorOn' : 'factorOff')}</Mark>}
    >
      {codes ? (
        <BackupCodes codes={codes} done={() => setCodes(undefined)} />
      ) : enrolment ? (
        <Confirm
          enrolment={enrolment}
          done={() => {
            setCodes(enrolment.backupCodes);
            setEnrolment(undefined);
            refresh();
          }}
        />
      ) : (
        <WithPassword on={on} enrolled={setEnrolment} disabled={refresh} />
      )}
    </Panel>
  );
}

function WithPassword(props: {
  on: boolean;
  enrolled: (enrolment: Enrolment) => void;
  disabled: () => void;
}) {
  const say = useAccountWords();
  const { message } = App.useApp();
  const [form] = Form.useForm<{ password: string }>();
  const [busy, setBusy] = useState(false);
  const submit = async (values: { password: string }) => {
    setBusy(true);
    const answer = props.on
      ? await auth.twoFactor.disable(values)
      : await auth.twoFactor.enable(values);
    setBusy(false);
    if (answer.error) {
      form.setFields([{ name: 'password', errors: [say('wrong')] }]);
      return;
    }
    form.resetFields();
    if (answer.data && 'totpURI' in answer.data) props.enrolled(answer.data);
    else {
      void message.success(say('disabled'));
      props.disabled();
    }
  };
  return (
    <Form form={form} name="factor" layout="vertical" onFinish={submit} style={{ maxWidth: 380 }}>
      <Form.Item
        name="password"
        label={say('current')}
        rules={[{ required: true, message: say('required') }]}
      >
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <Button
        type={props.on ? 'default' : 'primary'}
        danger={props.on}
        htmlType="submit"
        loading={busy}
      >
        {say(props.on ? 'disable' : 'enable')}
      </Button>
    </Form>
  );
}

function Confirm(props: { enrolment: Enrolment; done: () => void }) {
  const say = useAccountWords();
  const { message } = App.useApp();
  const [wrong, setWrong] = useState(false);
  const secret = new URL(props.enrolment.totpURI).searchParams.get('secret') ?? '';
  const verify = async (code: string) => {
    const { error } = await auth.twoFactor.verifyTotp({ code });
    setWrong(Boolean(error));
    if (error) return;
    void message.success(say('enabled'));
    props.done();
  };
  return (
    <div className="stack">
      <p>{say('scan')}</p>
      <QRCode value={props.enrolment.totpURI} size={168} />
      <p className="small">
        {say('secret')} <code>{secret}</code>
      </p>
      <div>
        <p>{say('confirm')}</p>
        <Input.OTP length={6} autoFocus onChange={(code) => void verify(code)} />
        {wrong && (
          <p role="alert" className="negative">
            {say('codeWrong')}
          </p>
        )}
      </div>
    </div>
  );
}

function BackupCodes(props: { codes: string[]; done: () => void }) {
  const say = useAccountWords();
  return (
    <div className="stack">
      <p>{say('backup')}</p>
      <pre style={{ columnCount: 2, margin: 0 }}>{props.codes.join('\n')}</pre>
      <div>
        <Button type="primary" onClick={props.done}>
          {say('saved')}
        </Button>
      </div>
    </div>
  );
}
