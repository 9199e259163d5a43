/** Registering a site, an app, an account, a channel: what placements belong to. */
import { Checkbox, Form, Input, Modal, Select } from 'antd';
import { PROPERTY_KINDS, type PropertyKind } from '../../../db/terms/market.ts';
import { useOutletId } from '../../lib/acting.ts';
import { api, once, read } from '../../lib/client.ts';
import { usePropertyKindLabel } from '../../lib/labels.ts';
import { showInForm } from '../../lib/problem.ts';
import { useChange } from '../../lib/queries.ts';
import { useLanguage } from '../../lib/words.ts';
import { PROPERTIES } from './data.ts';
import { usePlacementWords } from './words.ts';

interface Values {
  kind: PropertyKind;
  name: string;
  domain?: string;
  forMinors?: boolean;
}

export function PropertyModal(props: { open: boolean; close: () => void }) {
  const say = usePlacementWords();
  const kind = usePropertyKindLabel();
  const language = useLanguage();
  const outletId = useOutletId();
  const [form] = Form.useForm<Values>();
  const create = useChange({
    run: ({ domain, ...values }: Values, key) =>
      read(
        api.properties.$post({ json: { ...values, outletId, domain: domain || null } }, once(key)),
      ),
    refresh: [PROPERTIES],
    say: say('created'),
    done: () => {
      form.resetFields();
      props.close();
    },
    failed: (error) => showInForm(form, error, language),
  });
  const required = { required: true, message: say('required') };
  return (
    <Modal
      open={props.open}
      title={say('newProperty')}
      okText={say('create')}
      cancelText={say('cancel')}
      confirmLoading={create.isPending}
      onOk={() => form.submit()}
      onCancel={props.close}
    >
      <Form form={form} name="property" layout="vertical" onFinish={(v) => create.mutate(v)}>
        <Form.Item name="kind" label={say('kind')} rules={[required]}>
          <Select options={PROPERTY_KINDS.map((value) => ({ value, label: kind(value) }))} />
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
      </Form>
    </Modal>
  );
}
