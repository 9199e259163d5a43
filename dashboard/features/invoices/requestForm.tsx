/** An advertiser asks for an invoice of what it was charged: never more than is left to invoice. */

import { useQuery } from '@tanstack/react-query';
import { Form, Input, Segmented } from 'antd';
import { useAdvertiserId } from '../../lib/acting.ts';
import { api, once, read } from '../../lib/client.ts';
import { fenMoney } from '../../lib/format.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { YuanInput } from '../../ui/yuanInput.tsx';
import { INVOICES } from './data.ts';
import { useInvoiceWords } from './words.ts';

interface Values {
  kind: 'special' | 'ordinary';
  totalFen: number;
  remark?: string;
}

export function RequestForm(props: { open: boolean; close: () => void }) {
  const say = useInvoiceWords();
  const advertiserId = useAdvertiserId();
  const query = { advertiserId: String(advertiserId) };
  const available = useQuery({
    queryKey: [...INVOICES, 'available', advertiserId],
    enabled: props.open,
    queryFn: () => read(api.invoices.available.$get({ query })),
  });
  const left = Number(available.data?.availableFen ?? 0);
  return (
    <FormDrawer<Values, unknown>
      open={props.open && available.data !== undefined}
      close={props.close}
      title={say('request')}
      name="invoice-request"
      okText={say('request')}
      initial={{ kind: 'ordinary', ...(left > 0 ? { totalFen: left } : {}) }}
      run={({ remark, ...values }, key) =>
        read(
          api.invoices.$post(
            { json: { ...values, advertiserId, ...(remark ? { remark } : {}) } },
            once(key),
          ),
        )
      }
      refresh={[INVOICES]}
      say={say('requestedNow')}
    >
      <Form.Item name="kind" label={say('kind')}>
        <Segmented options={optionsOf(['ordinary', 'special'] as const, say)} />
      </Form.Item>
      <Form.Item
        name="totalFen"
        label={say('total')}
        extra={say('available', { amount: fenMoney(left) })}
        rules={[
          {
            required: true,
            type: 'number',
            min: 1,
            max: Math.max(1, left),
            message: say('totalWrong'),
          },
        ]}
      >
        <YuanInput />
      </Form.Item>
      <Form.Item name="remark" label={say('remark')}>
        <Input maxLength={200} />
      </Form.Item>
    </FormDrawer>
  );
}
