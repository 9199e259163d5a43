/** The advertiser's word to a case; the API takes it once. */
import { Button, Form, Input } from 'antd';
import { api, read } from '../../lib/client.ts';
import { useSentForm } from '../../ui/sentForm.ts';
import { FEEDBACK } from './data.ts';
import { useFeedbackWords } from './words.ts';

export function Reply({ id }: { id: number }) {
  const say = useFeedbackWords();
  const { save, bind } = useSentForm<{ reply: string }, unknown>({
    name: `feedback-reply-${id}`,
    run: (json) =>
      read(api['feedback-cases'][':id'].reply.$post({ param: { id: String(id) }, json })),
    refresh: [FEEDBACK],
    say: say('replied'),
  });
  return (
    <Form {...bind}>
      <Form.Item
        name="reply"
        label={say('reply')}
        extra={say('replyHint')}
        rules={[{ required: true, min: 2, whitespace: true, message: say('replyWanted') }]}
      >
        <Input.TextArea rows={3} maxLength={1_000} />
      </Form.Item>
      <Button htmlType="submit" type="primary" loading={save.isPending}>
        {say('send')}
      </Button>
    </Form>
  );
}
