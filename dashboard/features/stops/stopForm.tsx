/** Placing a stop: what is taken off the air, chosen by name, where, and why. */

import { Form, Input, Select } from 'antd';
import { CATEGORIES } from '../../../db/terms/market.ts';
import { api, once, read } from '../../lib/client.ts';
import { useCountyBook } from '../../lib/divisions.ts';
import { useCategoryLabel } from '../../lib/labels.ts';
import { useAdvertisers } from '../../lib/parties.ts';
import { useLanguage } from '../../lib/words.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { SCOPES, type Scope, STOPS, useSubjectsOf } from './data.ts';
import { useStopWords } from './words.ts';

interface Values {
  scope: Scope;
  /** Only narrows the choice of the subject. */
  advertiserId?: number;
  subject?: string;
  divisionCode?: string | null;
  reason: string;
}

const searched = { showSearch: { optionFilterProp: 'label' } } as const;

export function StopForm({ open, close }: { open: boolean; close: () => void }) {
  const say = useStopWords();
  return (
    <FormDrawer<Values, unknown>
      open={open}
      close={close}
      title={say('place')}
      name="stop"
      okText={say('place')}
      size={480}
      initial={{ scope: 'creative' }}
      run={({ scope, subject, divisionCode, reason }, key) => {
        const json = {
          scope,
          subject: subject ?? null,
          divisionCode: divisionCode ?? null,
          reason,
        };
        return read(api.stops.$post({ json }, once(key)));
      }}
      refresh={[STOPS, ['notices']]}
      say={say('placed')}
    >
      {(form) => (
        <Fields
          forget={() => form.setFieldsValue({ subject: undefined, advertiserId: undefined })}
        />
      )}
    </FormDrawer>
  );
}

function Fields({ forget }: { forget: () => void }) {
  const say = useStopWords();
  const language = useLanguage();
  const book = useCountyBook();
  const scope: Scope | undefined = Form.useWatch('scope');
  return (
    <>
      <Form.Item name="scope" label={say('scope')} extra={scope === 'all' && say('confirmHint')}>
        <Select options={optionsOf(SCOPES, say)} onChange={forget} />
      </Form.Item>
      {scope === 'category' && <Category />}
      {scope === 'advertiser' && <Advertiser name="subject" />}
      {(scope === 'creative' || scope === 'lineItem') && <Subject scope={scope} />}
      <Form.Item name="divisionCode" label={say('division')}>
        <Select
          allowClear
          {...searched}
          options={[...(book.data?.byCode.values() ?? [])].map((division) => ({
            value: division.code,
            label: `${language === 'zh' ? division.nameZh : division.nameEn} ${division.code}`,
          }))}
        />
      </Form.Item>
      <Form.Item
        name="reason"
        label={say('reason')}
        rules={[{ required: true, min: 2, whitespace: true, message: say('reasonWanted') }]}
      >
        <Input.TextArea maxLength={500} showCount autoSize={{ minRows: 3 }} />
      </Form.Item>
    </>
  );
}

function Category() {
  const say = useStopWords();
  const category = useCategoryLabel();
  return (
    <Form.Item
      name="subject"
      label={say('category')}
      rules={[{ required: true, message: say('subjectWanted') }]}
    >
      <Select {...searched} options={optionsOf(CATEGORIES, category)} />
    </Form.Item>
  );
}

function Advertiser({ name }: { name: 'subject' | 'advertiserId' }) {
  const say = useStopWords();
  const advertisers = useAdvertisers();
  const asText = name === 'subject';
  return (
    <Form.Item
      name={name}
      label={say(asText ? 'advertiser' : 'of')}
      rules={[{ required: true, message: say(asText ? 'subjectWanted' : 'ofWanted') }]}
    >
      <Select<string | number>
        {...searched}
        loading={advertisers.isPending}
        options={(advertisers.data ?? []).map((row) => ({
          value: asText ? String(row.id) : row.id,
          label: `${row.name} #${row.id}`,
        }))}
      />
    </Form.Item>
  );
}

function Subject({ scope }: { scope: 'creative' | 'lineItem' }) {
  const say = useStopWords();
  const advertiserId: number | undefined = Form.useWatch('advertiserId');
  const subjects = useSubjectsOf(scope, advertiserId);
  return (
    <>
      <Advertiser name="advertiserId" />
      <Form.Item
        name="subject"
        label={say(scope)}
        rules={[{ required: true, message: say('subjectWanted') }]}
      >
        <Select
          {...searched}
          disabled={advertiserId === undefined}
          loading={subjects.isFetching}
          options={subjects.data ?? []}
        />
      </Form.Item>
    </>
  );
}
