/** What an organisation says of itself when it comes in: its kind decides which fields there are. */

import { Form, Input, Segmented, Select, TreeSelect } from 'antd';
import { CATEGORIES, TIERS } from '../../../db/terms/market.ts';
import { useCountyBook } from '../../lib/divisions.ts';
import { useCategoryLabel, useTierLabel } from '../../lib/labels.ts';
import { useLanguage } from '../../lib/words.ts';
import { optionsOf } from '../../ui/choice.ts';
import { useSignUpWords } from './signUpWords.ts';

export const KINDS = ['advertiser', 'agency', 'outlet'] as const;
export type Kind = (typeof KINDS)[number];

export function OrganisationFields() {
  const say = useSignUpWords();
  const kind: Kind | undefined = Form.useWatch(['organization', 'kind']);
  return (
    <>
      <Form.Item name={['organization', 'kind']} label={say('kind')}>
        <Segmented block options={optionsOf(KINDS, say)} />
      </Form.Item>
      <Form.Item
        name={['organization', 'organizationName']}
        label={say(kind === 'outlet' ? 'outletName' : 'company')}
        extra={say('companyHint')}
        rules={[{ required: true, whitespace: true, min: 2, message: say('companyWanted') }]}
      >
        <Input maxLength={100} autoComplete="organization" />
      </Form.Item>
      {kind === 'outlet' && <OutletFields />}
      {(kind ?? 'advertiser') === 'advertiser' && <AdvertiserFields />}
    </>
  );
}

function AdvertiserFields() {
  const say = useSignUpWords();
  const label = useCategoryLabel();
  return (
    <div className="form-pair">
      <Form.Item
        name={['organization', 'category']}
        label={say('category')}
        rules={[{ required: true, message: say('categoryWanted') }]}
      >
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={say('categoryPick')}
          options={optionsOf(CATEGORIES, label)}
        />
      </Form.Item>
      <Form.Item name={['organization', 'domain']} label={say('domain')}>
        <Input placeholder="example.com.cn" maxLength={253} inputMode="url" />
      </Form.Item>
    </div>
  );
}

function OutletFields() {
  const say = useSignUpWords();
  const tier = useTierLabel();
  const language = useLanguage();
  const book = useCountyBook();
  const nameOf = (code: string) => {
    const division = book.data?.byCode.get(code);
    return (language === 'zh' ? division?.nameZh : division?.nameEn) ?? code;
  };
  return (
    <div className="form-pair">
      <Form.Item
        name={['organization', 'tier']}
        label={say('tier')}
        rules={[{ required: true, message: say('tierWanted') }]}
      >
        <Select options={optionsOf(TIERS, tier)} />
      </Form.Item>
      <Form.Item
        name={['organization', 'divisionCode']}
        label={say('division')}
        rules={[{ required: true, message: say('divisionWanted') }]}
      >
        <TreeSelect
          showSearch={{ treeNodeFilterProp: 'title' }}
          loading={book.isPending}
          treeData={[...(book.data?.byCode.values() ?? [])]
            .filter((division) => division.level === 'province')
            .map((province) => ({
              value: province.code,
              title: nameOf(province.code),
              children: book.data?.cities.map((city) => ({
                value: city.code,
                title: nameOf(city.code),
                children: city.counties.map((code) => ({ value: code, title: nameOf(code) })),
              })),
            }))}
        />
      </Form.Item>
    </div>
  );
}
