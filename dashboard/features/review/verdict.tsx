/** The decision on one creative. Takes the lock on opening the decision, so that two people never judge at once. */
import { App, Button, Form, Input, Modal } from 'antd';
import { useEffect, useState } from 'react';
import { api, once, read } from '../../lib/client.ts';
import { dropKept, keep, readKept } from '../../lib/kept.ts';
import { useChange } from '../../lib/queries.ts';
import { Key } from '../../ui/page.tsx';
import { REVIEW, type Task } from './data.ts';
import { useReviewWords } from './words.ts';

const one = api.review[':id'];

interface Words {
  rejectReason?: string;
  overruleReason?: string;
}

interface Queue {
  items: Task[];
}

const without = (page: Queue, id: number): Queue => ({
  ...page,
  items: page.items.filter((one) => one.id !== id),
});

interface Props {
  task: Task;
  wanted: 'approve' | 'reject' | undefined;
  clear: () => void;
  next: () => void;
}

export function Verdict({ task, wanted, clear, next }: Props) {
  const say = useReviewWords();
  const { message } = App.useApp();
  const [asking, setAsking] = useState<'overrule' | 'reject'>();
  const forbidden = task.findings.some((finding) => finding.severity === 'block');
  const decide = useChange({
    run: async (words: Words, key) => {
      const param = { id: String(task.id) };
      const { contentHash } = await read(one.lock.$post({ param }));
      const verdict = words.rejectReason ? ('rejected' as const) : ('approved' as const);
      return read(
        one.verdict.$post({ param, json: { contentHash, verdict, ...words } }, once(key)),
      );
    },
    refresh: [REVIEW],
    // The next one is on the screen while this one is on its way; a creative that needs two comes back.
    expect: () => [{ queryKey: REVIEW, as: (page: Queue) => without(page, task.id) }],
    done: (answer, words) => {
      dropKept(keptAs(task.id));
      const second = 'awaitsSecond' in answer && answer.awaitsSecond;
      void message.success(say(second ? 'first' : words.rejectReason ? 'rejected' : 'approved'));
    },
  });
  const send = (words: Words) => {
    setAsking(undefined);
    next();
    decide.mutate(words);
  };
  const approve = () => (forbidden ? setAsking('overrule') : send({}));
  // biome-ignore lint/correctness/useExhaustiveDependencies: acts once on each key pressed
  useEffect(() => {
    if (!wanted) return;
    clear();
    if (wanted === 'reject') setAsking('reject');
    else approve();
  }, [wanted]);
  return (
    <div className="review-decision">
      <Button size="large" danger onClick={() => setAsking('reject')}>
        {say('reject')} <Key>R</Key>
      </Button>
      <Button size="large" type="primary" loading={decide.isPending} onClick={approve}>
        {say('approve')} <Key>A</Key>
      </Button>
      <ReasonModal
        id={task.id}
        asking={asking}
        busy={decide.isPending}
        close={() => setAsking(undefined)}
        done={(reason) =>
          send(asking === 'reject' ? { rejectReason: reason } : { overruleReason: reason })
        }
      />
    </div>
  );
}

/** Until the server has it: a refusal, or a lost connection, brings the creative back and the words with it. */
const keptAs = (id: number) => `verdict-${id}`;

function ReasonModal(props: {
  id: number;
  asking: 'overrule' | 'reject' | undefined;
  busy: boolean;
  close: () => void;
  done: (reason: string) => void;
}) {
  const say = useReviewWords();
  const [form] = Form.useForm<{ reason: string }>();
  const rejecting = props.asking === 'reject';
  return (
    <Modal
      open={props.asking !== undefined}
      title={say(rejecting ? 'reject' : 'approve')}
      okText={say(rejecting ? 'reject' : 'approve')}
      okButtonProps={{ danger: rejecting, loading: props.busy }}
      cancelText={say('cancel')}
      onOk={() => form.submit()}
      onCancel={props.close}
      destroyOnHidden
    >
      <Form
        form={form}
        name="verdict"
        layout="vertical"
        clearOnDestroy
        initialValues={readKept(keptAs(props.id)) ?? {}}
        onValuesChange={(_, all) => keep(keptAs(props.id), all)}
        onFinish={(v) => props.done(v.reason)}
      >
        <Form.Item
          name="reason"
          label={say(rejecting ? 'rejectReason' : 'overrule')}
          rules={[{ required: true, min: 2, whitespace: true, message: say('rejectWanted') }]}
        >
          <Input.TextArea rows={4} maxLength={500} autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  );
}
