/** Deciding a case: the lock first, so that two reviewers never judge at once, then the verdict with its answer. */

import { Button, Checkbox, Form, Input, Radio } from 'antd';
import { useState } from 'react';
import { api, once, read } from '../../lib/client.ts';
import { timeOfDay } from '../../lib/format.ts';
import { useMe } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import { optionsOf } from '../../ui/choice.ts';
import { Mark } from '../../ui/page.tsx';
import { useSentForm } from '../../ui/sentForm.ts';
import { FEEDBACK, type FeedbackDetail } from './data.ts';
import { useFeedbackWords } from './words.ts';

const one = api['feedback-cases'][':id'];

export function CaseVerdict({ row }: { row: FeedbackDetail }) {
  const say = useFeedbackWords();
  const me = useMe();
  const [version, setVersion] = useState<number>();
  const take = useChange({
    run: () => read(one.lock.$post({ param: { id: String(row.id) } })),
    refresh: [FEEDBACK],
    say: say('taken'),
    done: (lock) => setVersion(lock.version),
  });
  const isLocked = row.lockedUntil !== null && new Date(row.lockedUntil).getTime() > Date.now();
  if (version !== undefined) return <VerdictForm id={row.id} version={version} />;
  if (isLocked && row.lockedBy !== me.userId) {
    return <Mark tone="busy">{say('busy', { at: timeOfDay(row.lockedUntil ?? '') })}</Mark>;
  }
  return (
    <span>
      <Button type="primary" loading={take.isPending} onClick={() => take.mutate(undefined)}>
        {say('take')}
      </Button>
    </span>
  );
}

interface Values {
  verdict: 'upheld' | 'dismissed';
  answer: string;
  stop?: boolean;
}

function VerdictForm({ id, version }: { id: number; version: number }) {
  const say = useFeedbackWords();
  const { form, save, bind } = useSentForm<Values, unknown>({
    name: `feedback-verdict-${id}`,
    initial: { verdict: 'upheld', stop: false },
    run: ({ stop = false, ...values }, key) =>
      read(
        one.verdict.$post(
          { param: { id: String(id) }, json: { ...values, stop, version } },
          once(key),
        ),
      ),
    refresh: [FEEDBACK, ['stops'], ['notices']],
    say: say('decided'),
  });
  const verdict = Form.useWatch('verdict', form);
  return (
    <Form {...bind}>
      <Form.Item name="verdict" label={say('verdict')}>
        <Radio.Group options={optionsOf(['upheld', 'dismissed'] as const, say)} />
      </Form.Item>
      {verdict === 'upheld' && (
        <Form.Item name="stop" valuePropName="checked" extra={say('stopHint')}>
          <Checkbox>{say('stop')}</Checkbox>
        </Form.Item>
      )}
      <Form.Item
        name="answer"
        label={say('answer')}
        extra={say('answerHint')}
        rules={[{ required: true, min: 2, whitespace: true, message: say('answerWanted') }]}
      >
        <Input.TextArea rows={3} maxLength={1_000} />
      </Form.Item>
      <Button
        htmlType="submit"
        type="primary"
        danger={verdict === 'upheld'}
        loading={save.isPending}
      >
        {say('decide')}
      </Button>
    </Form>
  );
}
