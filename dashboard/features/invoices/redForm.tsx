/** Asking to take an issued invoice back, in whole or in part. */

import { Form, Input, Select } from 'antd';
import { api, once, read } from '../../lib/client.ts';
import { fenMoney } from '../../lib/format.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { YuanInput } from '../../ui/yuanInput.tsx';
import { INVOICES, type Invoice } from './data.ts';
import { RED_REASONS } from './redData.ts';
import { useRedWords } from './redWords.ts';

const path = api.invoices[':id']['red-letters'];
type Values = { reason: (typeof RED_REASONS)[number]; totalFen: number; note?: string };

/** What of it has not been taken back; 0 where it cannot be: not issued, or itself a red one. */
export const leftFen = (invoice: Invoice): number =>
  invoice.redOf === null && (invoice.status === 'issued' || invoice.status === 'verified')
    ? Number(BigInt(invoice.totalFen) - BigInt(invoice.reversedFen))
    : 0;

export function RedForm(props: { invoice: Invoice; open: boolean; close: () => void }) {
  const say = useRedWords();
  const { invoice, open, close } = props;
  const left = leftFen(invoice);
  return (
    <FormDrawer<Values, unknown>
      open={open}
      close={close}
      title={say('ask')}
      name={`red-${invoice.id}`}
      okText={say('ask')}
      initial={{ reason: 'issued_wrongly', totalFen: left }}
      run={({ totalFen, note, ...values }, key) =>
        read(
          path.$post(
            {
              param: { id: String(invoice.id) },
              json: { ...values, totalFen, ...(note ? { note } : {}) },
            },
            once(key),
          ),
        )
      }
      refresh={[INVOICES]}
      say={say('asked')}
    >
      <p className="faint small" style={{ marginBottom: 16 }}>
        {say('askHint')}
      </p>
      <Form.Item name="reason" label={say('reason')}>
        <Select options={optionsOf(RED_REASONS, say)} />
      </Form.Item>
      <Form.Item
        name="totalFen"
        label={say('amount')}
        extra={say('left', { amount: fenMoney(left) })}
        rules={[{ required: true, type: 'number', min: 1, max: left, message: say('amountWrong') }]}
      >
        <YuanInput />
      </Form.Item>
      <Form.Item name="note" label={say('note')}>
        <Input.TextArea maxLength={500} showCount autoSize={{ minRows: 2 }} />
      </Form.Item>
    </FormDrawer>
  );
}
