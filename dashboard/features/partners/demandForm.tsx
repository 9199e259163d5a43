/** Terms of a demand partner: where it is asked, how often, how long we wait, whose wallet pays. */

import { useQueryClient } from '@tanstack/react-query';
import { Checkbox, Form, Input, InputNumber, Select } from 'antd';
import { FORMATS, type Format } from '../../../db/terms/market.ts';
import { MICRO_CNY_PER_FEN } from '../../../db/terms/money.ts';
import { once, read } from '../../lib/client.ts';
import { useFormatLabel } from '../../lib/labels.ts';
import { useAdvertisers } from '../../lib/parties.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { YuanInput } from '../../ui/yuanInput.tsx';
import { type DemandPartner, demand, PARTNERS } from './data.ts';
import { usePartnerWords } from './words.ts';

interface Values {
  name: string;
  code: string;
  advertiserId: number;
  dailyFen: number;
  seat: string;
  url: string;
  timeoutMs: number;
  qps: number;
  gzip: boolean;
  formats: Format[];
  discountPercent: number;
  callKey?: string;
}

export function DemandForm(props: {
  open: boolean;
  partner: DemandPartner | undefined;
  close: () => void;
}) {
  const say = usePartnerWords();
  const client = useQueryClient();
  const { partner } = props;
  return (
    <FormDrawer<Values, unknown>
      open={props.open}
      close={props.close}
      title={say(partner ? 'edit' : 'newDemand')}
      name={partner ? `demand-${partner.id}` : 'demand-new'}
      size={560}
      initial={
        partner ?? { timeoutMs: 150, qps: 1000, gzip: false, formats: [], discountPercent: 0 }
      }
      run={({ code, advertiserId, dailyFen, callKey, ...rest }, key): Promise<unknown> => {
        // Empty: as it was.
        const values = { ...rest, ...(callKey ? { callKey } : {}) };
        if (partner) {
          const json = { ...values, version: partner.version };
          return read(demand[':id'].$patch({ param: { id: String(partner.id) }, json }));
        }
        const dailyBudgetMicroCny = (BigInt(dailyFen) * MICRO_CNY_PER_FEN).toString();
        return read(
          demand.$post({ json: { ...values, code, advertiserId, dailyBudgetMicroCny } }, once(key)),
        );
      }}
      alias={{ dailyBudgetMicroCny: 'dailyFen' }}
      refresh={[PARTNERS]}
      reload={() => client.invalidateQueries({ queryKey: PARTNERS })}
      say={say('saved')}
      secret={['callKey']}
    >
      <Fields isNew={partner === undefined} hasKey={partner?.hasCallKey ?? false} />
    </FormDrawer>
  );
}

function Fields({ isNew, hasKey }: { isNew: boolean; hasKey: boolean }) {
  const say = usePartnerWords();
  const format = useFormatLabel();
  const advertisers = useAdvertisers();
  const required = { required: true, message: say('required') };
  const within = (min: number, max: number) => [
    { required: true, type: 'number' as const, min, max, message: say('range', { min, max }) },
  ];
  return (
    <>
      <Form.Item name="name" label={say('name')} rules={[required]}>
        <Input maxLength={100} />
      </Form.Item>
      {isNew && (
        <div className="form-pair">
          <Form.Item
            name="code"
            label={say('code')}
            rules={[
              { required: true, pattern: /^[a-z0-9][a-z0-9-]{1,39}$/, message: say('codeWrong') },
            ]}
          >
            <Input maxLength={40} />
          </Form.Item>
          <Form.Item name="advertiserId" label={say('payer')} rules={[required]}>
            <Select
              showSearch={{ optionFilterProp: 'label' }}
              options={advertisers.data?.map((row) => ({ value: row.id, label: row.name }))}
            />
          </Form.Item>
          <Form.Item name="dailyFen" label={say('daily')} rules={within(100, 1e10)}>
            <YuanInput />
          </Form.Item>
        </div>
      )}
      <Form.Item
        name="url"
        label={say('url')}
        rules={[{ required: true, type: 'url', message: say('urlWrong') }]}
        validateTrigger="onBlur"
      >
        <Input maxLength={500} inputMode="url" />
      </Form.Item>
      <div className="form-pair">
        <Form.Item name="seat" label={say('seat')} rules={[required]}>
          <Input maxLength={64} />
        </Form.Item>
        <Form.Item name="timeoutMs" label={say('timeout')} rules={within(10, 5000)}>
          <InputNumber precision={0} suffix="ms" style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="qps" label="QPS" rules={within(1, 100_000)}>
          <InputNumber precision={0} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="discountPercent" label={say('discount')} rules={within(0, 90)}>
          <InputNumber precision={0} suffix="%" style={{ width: '100%' }} />
        </Form.Item>
      </div>
      <Form.Item name="formats" label={say('formats')} extra={say('formatsHint')}>
        <Select mode="multiple" options={optionsOf(FORMATS, format)} />
      </Form.Item>
      <Form.Item
        name="callKey"
        label={say('callKey')}
        extra={say(hasKey ? 'callKeyKept' : 'callKeyHint')}
        rules={[{ pattern: /^[!-~]{16,200}$/, message: say('callKeyWrong') }]}
      >
        <Input.Password maxLength={200} autoComplete="off" />
      </Form.Item>
      <Form.Item name="gzip" valuePropName="checked" noStyle>
        <Checkbox>{say('gzip')}</Checkbox>
      </Form.Item>
    </>
  );
}
