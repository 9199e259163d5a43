/** The last step of a month, by the second person: what is left in suspense is explained, then it never changes. */
import { Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { api, once, read } from '../../lib/client.ts';
import { useSentForm } from '../../ui/sentForm.ts';
import { PERIODS } from './data.ts';
import { useCloseWords } from './words.ts';

export function CloseForEver({ month }: { month: string }) {
  const say = useCloseWords();
  const [asking, setAsking] = useState(false);
  const { form, save, bind } = useSentForm<{ suspenseNote?: string }, unknown>({
    name: `close-${month}`,
    run: ({ suspenseNote }, key) =>
      read(
        api.ledger.periods[':month'].close.$post(
          { param: { month }, json: suspenseNote ? { suspenseNote } : {} },
          once(key),
        ),
      ),
    refresh: [PERIODS],
    say: say('done'),
    done: () => setAsking(false),
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
        confirmLoading={save.isPending}
        onOk={() => form.submit()}
        onCancel={() => setAsking(false)}
      >
        <p style={{ marginBottom: 16 }}>{say('closeAsk')}</p>
        <Form {...bind}>
          <Form.Item name="suspenseNote" label={say('note')} extra={say('noteHint')}>
            <Input.TextArea maxLength={500} autoSize={{ minRows: 2 }} />
          </Form.Item>
        </Form>
      </Modal>
    </>
  );
}
