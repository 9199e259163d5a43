/** Another limit for an agency's line or a wallet: more waits for a second person, less is done as it is sent. */
import { App, Form, Input, Radio, Select } from 'antd';
import { once, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { money } from '../../lib/format.ts';
import { useAdvertisers } from '../../lib/parties.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { asYuan, YuanInput } from '../../ui/yuanInput.tsx';
import { CREDIT, proposals, splitSubject, useLines, useStanding } from './data.ts';
import { useCreditWords } from './words.ts';

interface Values {
  kind: 'line' | 'wallet';
  organizationId?: string;
  advertiserId?: number;
  limitMicroCny: string;
  reason: string;
}

const send = ({ kind, organizationId = '', advertiserId = 0, ...terms }: Values, key: string) => {
  const subject = kind === 'line' ? { organizationId } : { advertiserId };
  return read(proposals.$post({ json: { ...subject, ...terms } }, once(key)));
};

export function ProposalForm() {
  const say = useCreditWords();
  const { message } = App.useApp();
  const { filters, set } = useFilters();
  const { propose } = filters;
  return (
    <FormDrawer<Values, Awaited<ReturnType<typeof send>>>
      // Another subject is another form.
      key={propose ?? ''}
      open={propose !== undefined}
      close={() => set({ propose: undefined })}
      title={say('propose')}
      name={`credit-${propose ?? ''}`}
      okText={say('submit')}
      initial={initialOf(propose)}
      run={send}
      refresh={[CREDIT, ['notices'], ['wallet']]}
      done={({ status }) =>
        void message.success(say(status === 'lowered' ? 'loweredNow' : 'proposedNow'))
      }
    >
      <Fields />
    </FormDrawer>
  );
}

function initialOf(subject: string | undefined): Partial<Values> {
  const [kind, id] = splitSubject(subject);
  if (kind === 'wallet') return { kind, advertiserId: Number(id) };
  return kind === 'line' ? { kind, organizationId: id } : { kind: 'line' };
}

function Fields() {
  const say = useCreditWords();
  const kind = Form.useWatch<Values['kind']>('kind') ?? 'line';
  const agencies = useLines().data ?? [];
  const advertisers = useAdvertisers().data ?? [];
  const rules = [{ required: true, message: say('required') }];
  const search = { showSearch: { optionFilterProp: 'label' } };
  return (
    <>
      <Form.Item name="kind" label={say('kind')}>
        <Radio.Group
          optionType="button"
          options={[
            { value: 'line', label: say('line') },
            { value: 'wallet', label: say('wallet') },
          ]}
        />
      </Form.Item>
      {kind === 'wallet' ? (
        <Form.Item name="advertiserId" label={say('advertiser')} rules={rules}>
          <Select
            {...search}
            options={advertisers.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Form.Item>
      ) : (
        <Form.Item name="organizationId" label={say('agency')} rules={rules}>
          <Select
            {...search}
            options={agencies.map((row) => ({ value: row.organizationId, label: row.name }))}
          />
        </Form.Item>
      )}
      <Form.Item
        name="limitMicroCny"
        label={say('after')}
        extra={<Now />}
        rules={rules}
        {...asYuan}
      >
        <YuanInput />
      </Form.Item>
      <Form.Item
        name="reason"
        label={say('reason')}
        rules={[{ required: true, whitespace: true, min: 2, message: say('reasonWanted') }]}
      >
        <Input.TextArea maxLength={300} showCount autoSize={{ minRows: 2 }} />
      </Form.Item>
    </>
  );
}

/** What is there now, and what follows from more and from less. */
function Now() {
  const say = useCreditWords();
  const kind = Form.useWatch<Values['kind']>('kind');
  const organizationId = Form.useWatch<string>('organizationId');
  const advertiserId = Form.useWatch<number>('advertiserId');
  const id = kind === 'wallet' ? advertiserId : organizationId;
  const now = useStanding()(id === undefined ? undefined : `${kind}:${id}`);
  return (
    <>
      {now && (
        <>
          {say(kind === 'wallet' ? 'walletNow' : 'lineNow', {
            limit: money(now.limitMicroCny),
            bound: money(now.boundMicroCny),
          })}
          <br />
        </>
      )}
      {now?.agency && (
        <>
          {say('takesOver', { agency: now.agency })}
          <br />
        </>
      )}
      {say('moreAndLess')}
    </>
  );
}
