/** One day's difference with a partner: explained, ours stands, or theirs accepted by two people. */

import { Button, Form, Input, Select } from 'antd';
import { once, read } from '../../lib/client.ts';
import { count, money } from '../../lib/format.ts';
import { useMe } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { optionsOf } from '../../ui/choice.ts';
import { Facts, Mark, Money } from '../../ui/page.tsx';
import { useSentForm } from '../../ui/sentForm.ts';
import { CLEARING, type Difference, differences, gapOf, TONES } from './partnerData.ts';
import { usePartnerWords } from './partnerWords.ts';
import { useDiscrepancy } from './words.ts';

const one = differences[':id'];
const REFRESH = [CLEARING, ['ledger'], ['notices']];

export function PartnerSheet({ row }: { row: Difference }) {
  const say = usePartnerWords();
  const kind = useDiscrepancy();
  return (
    <div className="stack">
      <Mark tone={TONES[row.status]}>{say(row.status)}</Mark>
      <Facts
        items={[
          [say('side'), say(row.side)],
          [say('kinds'), row.kinds.map(kind).join(' · ')],
          [say('ours'), <Money key="ours" microCny={row.ourMicroCny} />],
          [say('theirs'), <Money key="theirs" microCny={row.theirMicroCny} />],
          [say('gap'), <Money key="gap" microCny={gapOf(row)} signed />],
          [say('ourQuantity'), count(row.ourQuantity)],
          [say('theirQuantity'), count(row.theirQuantity)],
          [say('resolution'), row.resolution ? say(row.resolution) : '—'],
          [say('note'), row.note ?? '—'],
        ]}
      />
      {row.status === 'open' && <Settle id={String(row.id)} />}
      {row.status === 'proposed' && <Approve row={row} />}
    </div>
  );
}

interface Values {
  outcome: 'explained' | 'ours_stands' | 'theirs_accepted';
  note: string;
}

function Settle({ id }: { id: string }) {
  const say = usePartnerWords();
  const [form] = Form.useForm<Values>();
  const isTheirs = Form.useWatch('outcome', form) === 'theirs_accepted';
  const { save, bind } = useSentForm<Values, unknown>({
    form,
    name: `partner-difference-${id}`,
    initial: { outcome: 'explained' },
    run: ({ outcome: resolution, note }, key) =>
      resolution === 'theirs_accepted'
        ? read(one.propose.$post({ param: { id }, json: { note } }, once(key)))
        : read(one.close.$post({ param: { id }, json: { resolution, note } }, once(key))),
    refresh: REFRESH,
    say: say(isTheirs ? 'proposedNow' : 'settled'),
  });
  return (
    <Form {...bind}>
      <Form.Item name="outcome" label={say('resolution')} extra={isTheirs && say('theirsHint')}>
        <Select
          options={optionsOf(['explained', 'ours_stands', 'theirs_accepted'] as const, say)}
        />
      </Form.Item>
      <Form.Item
        name="note"
        label={say('note')}
        rules={[{ required: true, whitespace: true, message: say('noteWanted') }]}
      >
        <Input.TextArea rows={3} maxLength={500} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={save.isPending}>
        {say('settle')}
      </Button>
    </Form>
  );
}

function Approve({ row }: { row: Difference }) {
  const say = usePartnerWords();
  const me = useMe();
  const approve = useChange({
    run: (_: undefined, key) =>
      read(one.approve.$post({ param: { id: String(row.id) } }, once(key))),
    refresh: REFRESH,
    say: say('approved'),
  });
  if (row.proposedBy === me.userId) return <Mark tone="warn">{say('own')}</Mark>;
  return (
    <Asked
      label={say('approve')}
      ask={say('approveAsk', { amount: money(gapOf(row)) })}
      danger
      loading={approve.isPending}
      run={() => approve.mutateAsync(undefined)}
    />
  );
}
