/** Filing a paper: what it is, its number and end, and a scan of it. */

import { DatePicker, Form, Input, Select } from 'antd';
import { CATEGORIES } from '../../../db/terms/market.ts';
import { useAdvertiserId } from '../../lib/acting.ts';
import { api, once, read } from '../../lib/client.ts';
import { useCategoryLabel } from '../../lib/labels.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { asDay } from '../../ui/period.tsx';
import { AssetInput } from '../creatives/assetInput.tsx';
import { type NewPaper, PAPER_KINDS, PAPERS } from './data.ts';
import { usePaperWords } from './words.ts';
import '../creatives/editor.css';

interface Values extends Omit<NewPaper, 'advertiserId' | 'assetSha256'> {
  file?: string;
}

/** The store's address of a file ends in its hash. */
const hashIn = (url: string | undefined): string | null =>
  /([0-9a-f]{64})/.exec(url ?? '')?.[1] ?? null;

export function PaperForm(props: { open: boolean; close: () => void }) {
  const say = usePaperWords();
  const advertiserId = useAdvertiserId();
  return (
    <FormDrawer<Values, unknown>
      open={props.open}
      close={props.close}
      title={say('new')}
      name="paper-new"
      okText={say('submit')}
      size={520}
      initial={{ kind: 'business_licence', categories: [] }}
      run={({ file, issuer, ...values }, key) => {
        const json = { ...values, issuer: issuer || null, assetSha256: hashIn(file), advertiserId };
        return read(api.qualifications.$post({ json }, once(key)));
      }}
      alias={{ assetSha256: 'file' }}
      refresh={[PAPERS]}
      say={say('submitted')}
    >
      <Fields advertiserId={advertiserId} />
    </FormDrawer>
  );
}

function Fields({ advertiserId }: { advertiserId: number }) {
  const say = usePaperWords();
  const category = useCategoryLabel();
  return (
    <>
      <Form.Item name="kind" label={say('kind')}>
        <Select options={optionsOf(PAPER_KINDS, say)} />
      </Form.Item>
      <Form.Item
        name="number"
        label={say('number')}
        rules={[{ required: true, whitespace: true, message: say('numberWanted') }]}
      >
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="issuer" label={say('issuer')}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="categories" label={say('categories')} extra={say('categoriesHint')}>
        <Select
          mode="multiple"
          showSearch={{ optionFilterProp: 'label' }}
          options={optionsOf(CATEGORIES, category)}
        />
      </Form.Item>
      <div className="form-pair">
        <Form.Item name="validFrom" label={say('validFrom')} {...asDay}>
          <DatePicker style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item
          name="validUntil"
          label={say('validUntil')}
          extra={say('untilHint')}
          dependencies={['validFrom']}
          rules={[
            ({ getFieldValue }) => ({
              validator: (_, day?: string) =>
                !day || !getFieldValue('validFrom') || day >= getFieldValue('validFrom')
                  ? Promise.resolve()
                  : Promise.reject(new Error(say('endWrong'))),
            }),
          ]}
          {...asDay}
        >
          <DatePicker style={{ width: '100%' }} />
        </Form.Item>
      </div>
      <Form.Item name="file" label={say('file')}>
        <AssetInput kind="image" advertiserId={advertiserId} />
      </Form.Item>
    </>
  );
}
