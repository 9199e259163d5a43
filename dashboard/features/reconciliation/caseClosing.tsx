/** How a case ends: booked to an owner, taken back as a bill shows, sent back through Alipay, or written off by two. */

import { Button, Form, Input, Select } from 'antd';
import { api, read } from '../../lib/client.ts';
import { useMe } from '../../lib/me.ts';
import { useAdvertisers } from '../../lib/parties.ts';
import { useChange } from '../../lib/queries.ts';
import { optionsOf } from '../../ui/choice.ts';
import { Mark } from '../../ui/page.tsx';
import { useSentForm } from '../../ui/sentForm.ts';
import { CASE_REFRESH, type Case } from './data.ts';
import { useReconciliationWords } from './words.ts';

const one = api.reconciliation.cases[':id'];

type Outcome =
  | 'supplemented'
  | 'own_transfer'
  | 'reversed'
  | 'refunded'
  | 'send_back'
  | 'written_off';

interface Answers {
  outcome: Outcome;
  note: string;
  advertiserId?: number;
}

function end(param: { id: string }, { outcome, note, advertiserId }: Answers): Promise<unknown> {
  if (outcome === 'written_off') return read(one['write-off'].$post({ param, json: { note } }));
  if (outcome === 'send_back') return read(one.refund.$post({ param, json: { note } }));
  if (outcome === 'own_transfer') {
    const json = { resolution: 'supplemented', ownTransfer: true, note } as const;
    return read(one.resolve.$post({ param, json }));
  }
  const owner = outcome === 'supplemented' && advertiserId ? { advertiserId } : {};
  return read(one.resolve.$post({ param, json: { resolution: outcome, note, ...owner } }));
}

export function CaseClosing({ row }: { row: Case }) {
  const say = useReconciliationWords();
  const me = useMe();
  const approve = useChange({
    run: () => read(one['write-off'].approve.$post({ param: { id: String(row.id) } })),
    refresh: CASE_REFRESH,
    say: say('writtenOff'),
  });
  if (!row.proposedBy) return <Outcomes row={row} />;
  return row.proposedBy === me.userId ? (
    <Mark tone="warn">{say('ownProposal')}</Mark>
  ) : (
    <Button danger loading={approve.isPending} onClick={() => approve.mutate(undefined)}>
      {say('approveWriteOff')}
    </Button>
  );
}

function Outcomes({ row }: { row: Case }) {
  const say = useReconciliationWords();
  const me = useMe();
  const advertisers = useAdvertisers();
  // Whoever suspended it may only propose to write it off: the rest is another's to say.
  const own = row.suspendedBy === me.userId;
  const ownerless = row.items.length === 0 && row.differenceFen !== '0';
  const income = ownerless && !row.differenceFen.startsWith('-') && row.outNo !== '';
  const outcomes: Outcome[] = own
    ? ['written_off']
    : [
        'supplemented',
        ...(ownerless ? ['own_transfer' as const] : []),
        'reversed',
        'refunded',
        ...(income ? ['send_back' as const] : []),
        'written_off',
      ];
  const { form, save, bind } = useSentForm<Answers, unknown>({
    name: `close-case-${row.id}`,
    initial: { outcome: outcomes[0] as Outcome },
    run: (answers) => end({ id: String(row.id) }, answers),
    refresh: CASE_REFRESH,
    say: say('resolved'),
  });
  const outcome = Form.useWatch('outcome', form);
  return (
    <Form {...bind}>
      <Form.Item
        name="outcome"
        label={say('how')}
        extra={outcome && say(`${outcome}_needs` as 'reversed_needs')}
      >
        <Select options={optionsOf(outcomes, say)} />
      </Form.Item>
      {outcome === 'supplemented' && ownerless && (
        <Form.Item
          name="advertiserId"
          label={say('owner')}
          rules={[{ required: true, message: say('ownerWanted') }]}
        >
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            options={advertisers.data?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
          />
        </Form.Item>
      )}
      <Form.Item
        name="note"
        label={say('note')}
        rules={[{ required: true, whitespace: true, message: say('noteWanted') }]}
      >
        <Input.TextArea rows={3} maxLength={500} />
      </Form.Item>
      <Button htmlType="submit" loading={save.isPending}>
        {say('resolve')}
      </Button>
    </Form>
  );
}
