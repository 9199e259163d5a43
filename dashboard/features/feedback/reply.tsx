/** The advertiser's word to a case; the API takes it once. */
import { Button, Form, Input } from 'antd';
import { api, read } from '../../lib/client.ts';
import { showInForm } from '../../lib/problem.ts';
import { useChange } from '../../lib/queries.ts';
import { useLanguage } from '../../lib/words.ts';
import { FEEDBACK } from './data.ts';
import { useFeedbackWords } from './words.ts';

export function Reply({ id }: { id: number }) {
  const say = useFeedbackWords();
  const language = useLanguage();
  const [form] = Form.useForm<{ reply: string }>();
  const send = useChange({
    run: (json: { reply: string }) =>
      read(api['feedback-cases'][':id'].reply.$post({ param: { id: String(id) }, json })),
    refresh: [FEEDBACK],
    say: say('replied'),
    failed: (error) => showInForm(form, error, language),
  });
  return (
    <Form
      form={form}
      name="feedback-reply"
      layout="vertical"
      onFinish={(values) => send.mutate(values)}
    >
      <Form.Item
        name="reply"
        label={say('reply')}
        extra={say('replyHint')}
        rules={[{ required: true, min: 2, whitespace: true, message: say('replyWanted') }]}
      >
        <Input.TextArea rows={3} maxLength={1_000} />
      </Form.Item>
      <Button htmlType="submit" type="primary" loading={send.isPending}>
        {say('send')}
      </Button>
    </Form>
  );
}
