/** The last step of a month, by the second person: what is left in suspense is explained, then it never changes. */
import { Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { api, once, read } from '../../lib/client.ts';
import { showInForm } from '../../lib/problem.ts';
import { useChange } from '../../lib/queries.ts';
import { useLanguage } from '../../lib/words.ts';
import { PERIODS } from './data.ts';
import { useCloseWords } from './words.ts';

export function CloseForEver({ month }: { month: string }) {
  const say = useCloseWords();
  const language = useLanguage();
  const [asking, setAsking] = useState(false);
  const [form] = Form.useForm<{ suspenseNote?: string }>();
  const close = useChange({
    run: ({ suspenseNote }: { suspenseNote?: string }, key) =>
      read(
        api.ledger.periods[':month'].close.$post(
          { param: { month }, json: suspenseNote ? { suspenseNote } : {} },
          once(key),
        ),
      ),
    refresh: [PERIODS],
    say: say('done'),
    done: () => setAsking(false),
    failed: (error) => showInForm(form, error, language),
  });
  return (
    <>
      <Button type="primary" onClick={() => setAsking(true)}>
        {say('close')}
      </Button>
      <Modal
        open={asking}
        title={say('close')}
        okText={say('close')}
        cancelText={say('cancel')}
        confirmLoading={close.isPending}
        onOk={() => form.submit()}
        onCancel={() => setAsking(false)}
      >
        <p style={{ marginBottom: 16 }}>{say('closeAsk')}</p>
        <Form form={form} name="close" layout="vertical" onFinish={(v) => close.mutate(v)}>
          <Form.Item name="suspenseNote" label={say('note')} extra={say('noteHint')}>
            <Input.TextArea maxLength={500} autoSize={{ minRows: 2 }} />
          </Form.Item>
        </Form>
      </Modal>
    </>
  );
}
