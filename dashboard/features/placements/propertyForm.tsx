/** Registering a site, an app, an account, a channel: what placements belong to. */

import { Checkbox, Form, Input, Select } from 'antd';
import { PROPERTY_KINDS, type PropertyKind } from '../../../db/terms/market.ts';
import { useOutletId } from '../../lib/acting.ts';
import { api, once, read } from '../../lib/client.ts';
import { usePropertyKindLabel } from '../../lib/labels.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { PROPERTIES } from './data.ts';
import { usePlacementWords } from './words.ts';

interface Values {
  kind: PropertyKind;
  name: string;
  domain?: string;
  forMinors?: boolean;
}

export function PropertyForm(props: { open: boolean; close: () => void }) {
  const say = usePlacementWords();
  const kind = usePropertyKindLabel();
  const outletId = useOutletId();
  const required = { required: true, message: say('required') };
  return (
    <FormDrawer<Values, unknown>
      {...props}
      title={say('newProperty')}
      name="property"
      okText={say('create')}
      initial={{}}
      run={({ domain, ...values }, key) =>
        read(
          api.properties.$post(
            { json: { ...values, outletId, domain: domain || null } },
            once(key),
          ),
        )
      }
      refresh={[PROPERTIES]}
      say={say('created')}
    >
      <Form.Item name="kind" label={say('kind')} rules={[required]}>
        <Select options={optionsOf(PROPERTY_KINDS, kind)} />
      </Form.Item>
      <Form.Item name="name" label={say('name')} rules={[required]}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="domain" label={say('domain')} extra={say('domainHint')}>
        <Input />
      </Form.Item>
      <Form.Item name="forMinors" valuePropName="checked" extra={say('minorsHint')}>
        <Checkbox>{say('minors')}</Checkbox>
      </Form.Item>
    </FormDrawer>
  );
}
