/** Terms of a supply partner: whose account it sells for, its rate and our take. Its key is shown once, when it is made. */
import { useQueryClient } from '@tanstack/react-query';
import { App, Checkbox, Form, Input, InputNumber, Select, Typography } from 'antd';
import { read } from '../../lib/client.ts';
import { useOutlets } from '../../lib/parties.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { ChainKey } from './chainKey.tsx';
import { PARTNERS, type SupplyPartner, supply } from './data.ts';
import { usePartnerWords } from './words.ts';

interface Values {
  name: string;
  code: string;
  outletId: number;
  domain: string;
  qps: number;
  requireSchain: boolean;
  takePercent: number;
  chainKey?: string | null;
}

export function SupplyForm(props: {
  open: boolean;
  partner: SupplyPartner | undefined;
  close: () => void;
}) {
  const say = usePartnerWords();
  const { modal } = App.useApp();
  const client = useQueryClient();
  const { partner } = props;
  return (
    <FormDrawer<Values, { secret?: string; id: number }>
      open={props.open}
      close={props.close}
      title={say(partner ? 'edit' : 'newSupply')}
      name={partner ? `supply-${partner.id}` : 'supply-new'}
      initial={partner ?? { qps: 1000, requireSchain: true, takePercent: 15 }}
      run={({ code, outletId, chainKey, ...rest }): Promise<{ secret?: string; id: number }> => {
        const values = { ...rest, chainKey: chainKey || null };
        if (!partner) return read(supply.$post({ json: { ...values, code, outletId } }));
        const json = { ...values, version: partner.version };
        return read(supply[':id'].$patch({ param: { id: String(partner.id) }, json }));
      }}
      refresh={[PARTNERS]}
      reload={() => client.invalidateQueries({ queryKey: PARTNERS })}
      say={say('saved')}
      done={({ secret }) => {
        if (!secret) return;
        const content = (
          <Typography.Text code copyable>
            {secret}
          </Typography.Text>
        );
        void modal.success({ title: say('keyOnce'), content });
      }}
    >
      <Fields isNew={partner === undefined} />
    </FormDrawer>
  );
}

function Fields({ isNew }: { isNew: boolean }) {
  const say = usePartnerWords();
  const outlets = useOutlets();
  const required = { required: true, message: say('required') };
  return (
    <>
      <Form.Item name="name" label={say('name')} rules={[required]}>
        <Input maxLength={100} />
      </Form.Item>
      {isNew && (
        <>
          <Form.Item
            name="code"
            label={say('code')}
            rules={[
              { required: true, pattern: /^[a-z0-9][a-z0-9-]{1,39}$/, message: say('codeWrong') },
            ]}
          >
            <Input maxLength={40} />
          </Form.Item>
          <Form.Item name="outletId" label={say('outlet')} rules={[required]}>
            <Select
              showSearch={{ optionFilterProp: 'label' }}
              options={outlets.data?.map((row) => ({ value: row.id, label: row.name }))}
            />
          </Form.Item>
        </>
      )}
      <Form.Item name="domain" label={say('domain')} rules={[required]}>
        <Input maxLength={253} />
      </Form.Item>
      <div className="form-pair">
        <Form.Item name="qps" label="QPS" rules={[{ ...required, type: 'number' }]}>
          <InputNumber min={1} max={100_000} precision={0} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="takePercent" label={say('take')} rules={[{ ...required, type: 'number' }]}>
          <InputNumber min={0} max={90} precision={0} suffix="%" style={{ width: '100%' }} />
        </Form.Item>
      </div>
      <ChainKey />
      <Form.Item name="requireSchain" valuePropName="checked" noStyle>
        <Checkbox>{say('schain')}</Checkbox>
      </Form.Item>
    </>
  );
}
