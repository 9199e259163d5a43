/** Making or changing a segment: what it is made of and on what basis. What it is made of and rests on never changes. */

import { useQueryClient } from '@tanstack/react-query';
import { Form, Input, InputNumber, Radio, Select } from 'antd';
import { CONTENT_CATEGORY_KEYS } from '../../../db/terms/content.ts';
import { useAdvertiserId } from '../../lib/acting.ts';
import { api, once, read } from '../../lib/client.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { useCampaigns } from '../campaigns/data.ts';
import { AUDIENCE_KINDS, AUDIENCES, type Audience, type NewAudience } from './data.ts';
import { useAudienceWords, useContentLabel } from './words.ts';

type Kind = Audience['kind'];
type Values = Omit<NewAudience, 'advertiserId'>;

const INITIAL: Partial<Values> = {
  kind: 'upload',
  consentBasis: 'consent',
  memberDays: 90,
  definition: { action: 'clicked', withinDays: 30, atLeast: 1, campaignIds: [], categories: [] },
};

export function AudienceForm(props: {
  open: boolean;
  audience: Audience | undefined;
  close: () => void;
  done: (id: number) => void;
}) {
  const say = useAudienceWords();
  const client = useQueryClient();
  const advertiserId = useAdvertiserId();
  const { audience } = props;
  return (
    <FormDrawer<Values, { id: number }>
      open={props.open}
      close={props.close}
      title={say(audience ? 'edit' : 'new')}
      name={audience ? `audience-${audience.id}` : 'audience-new'}
      size={520}
      {...(audience ? {} : { okText: say('create') })}
      initial={audience ? { ...audience, definition: { ...audience.definition } } : INITIAL}
      run={({ kind, consentBasis, consentNote, definition, ...values }, key) => {
        if (!audience) {
          const json = { ...values, kind, consentBasis, consentNote, definition, advertiserId };
          return read(api.audiences.$post({ json }, once(key)));
        }
        const param = { id: String(audience.id) };
        const { version } = audience;
        const json = { ...values, ...(definition ? { definition } : {}), version };
        return read(api.audiences[':id'].$patch({ param, json }));
      }}
      refresh={[AUDIENCES]}
      reload={() => client.invalidateQueries({ queryKey: AUDIENCES })}
      say={say(audience ? 'saved' : 'created')}
      done={({ id }) => props.done(id)}
    >
      <Fields fixed={audience !== undefined} />
    </FormDrawer>
  );
}

function Fields({ fixed }: { fixed: boolean }) {
  const say = useAudienceWords();
  const required = { required: true, message: say('required') };
  const kind = (Form.useWatch('kind') ?? 'upload') as Kind;
  return (
    <>
      <Form.Item name="name" label={say('name')} rules={[{ ...required, whitespace: true }]}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="kind" label={say('kind')} extra={say(`${kind}Hint`)}>
        <Radio.Group disabled={fixed} options={optionsOf(AUDIENCE_KINDS, say)} />
      </Form.Item>
      {kind === 'behaviour' && <BehaviourFields />}
      {kind === 'interest' && <InterestFields />}
      <Form.Item
        name="memberDays"
        label={say('memberDays')}
        extra={say('memberDaysHint')}
        rules={[required]}
      >
        <InputNumber min={1} max={180} precision={0} style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="consentBasis" label={say('basis')} extra={say('basisHint')}>
        <Radio.Group disabled={fixed} options={optionsOf(['consent', 'contract'] as const, say)} />
      </Form.Item>
      <Form.Item
        name="consentNote"
        label={say('note')}
        extra={say('noteHint')}
        rules={[{ required: true, whitespace: true, min: 5, message: say('noteWanted') }]}
      >
        <Input.TextArea
          disabled={fixed}
          maxLength={500}
          showCount
          autoSize={{ minRows: 2, maxRows: 6 }}
        />
      </Form.Item>
    </>
  );
}

function Amounts({ maxDays, maxTimes }: { maxDays: number; maxTimes: number }) {
  const say = useAudienceWords();
  const required = { required: true, message: say('required') };
  return (
    <div className="form-pair">
      <Form.Item name={['definition', 'withinDays']} label={say('within')} rules={[required]}>
        <InputNumber min={1} max={maxDays} precision={0} style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name={['definition', 'atLeast']} label={say('atLeast')} rules={[required]}>
        <InputNumber min={1} max={maxTimes} precision={0} style={{ width: '100%' }} />
      </Form.Item>
    </div>
  );
}

function BehaviourFields() {
  const say = useAudienceWords();
  const campaigns = useCampaigns();
  return (
    <>
      <Form.Item name={['definition', 'action']} label={say('action')}>
        <Radio.Group options={optionsOf(['clicked', 'converted'] as const, say)} />
      </Form.Item>
      <Amounts maxDays={90} maxTimes={100} />
      <Form.Item name={['definition', 'campaignIds']} label={say('campaigns')}>
        <Select
          mode="multiple"
          maxCount={100}
          loading={campaigns.isPending}
          showSearch={{ optionFilterProp: 'label' }}
          options={(campaigns.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        />
      </Form.Item>
    </>
  );
}

function InterestFields() {
  const say = useAudienceWords();
  const label = useContentLabel();
  return (
    <>
      <Form.Item
        name={['definition', 'categories']}
        label={say('categories')}
        rules={[{ required: true, type: 'array', min: 1, message: say('required') }]}
      >
        <Select
          mode="multiple"
          maxCount={10}
          showSearch={{ optionFilterProp: 'label' }}
          options={optionsOf(CONTENT_CATEGORY_KEYS, label)}
        />
      </Form.Item>
      <Amounts maxDays={30} maxTimes={1_000} />
    </>
  );
}
