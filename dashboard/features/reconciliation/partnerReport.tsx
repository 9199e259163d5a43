/** A partner's own report of its days, pasted from its sheet; compared the moment it is in. */
import { DatePicker, Form, Input, InputNumber, Select } from 'antd';
import { addDays } from '../../../db/terms/day.ts';
import { once, read } from '../../lib/client.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { today } from '../../ui/period.tsx';
import { asDay } from '../invoices/invoiceSheet.tsx';
import { useDemandPartners, useSupplyPartners } from '../partners/data.ts';
import { CLEARING, type Report, readDays, reports } from './partnerData.ts';
import { usePartnerWords } from './partnerWords.ts';

interface Values extends Pick<Report, 'side' | 'partnerId' | 'fromDay' | 'toDay'> {
  tolerance: number;
  rows: string;
}

export function PartnerReport(props: { open: boolean; close: () => void }) {
  const say = usePartnerWords();
  return (
    <FormDrawer<Values, unknown>
      open={props.open}
      close={props.close}
      title={say('add')}
      name="partner-report"
      initial={{
        side: 'demand',
        fromDay: addDays(today(), -7),
        toDay: addDays(today(), -1),
        tolerance: 1,
      }}
      run={({ tolerance, rows, ...values }, key) => {
        const days = readDays(rows);
        const json = {
          ...values,
          tolerancePpm: Math.round(tolerance * 10_000),
          rows: 'rows' in days ? days.rows : [],
        };
        return read(reports.$post({ json }, once(key)));
      }}
      refresh={[CLEARING]}
      say={say('added')}
    >
      <Fields />
    </FormDrawer>
  );
}

function Fields() {
  const say = usePartnerWords();
  const form = Form.useFormInstance<Values>();
  const side = Form.useWatch('side', form);
  const demand = useDemandPartners();
  const supply = useSupplyPartners();
  const partners: readonly { id: number; name: string }[] | undefined =
    side === 'supply' ? supply.data : demand.data;
  const required = { required: true, message: say('wanted') };
  const asRows = (_: unknown, text: string | undefined) => {
    const days = readDays(text ?? '');
    return 'rows' in days
      ? Promise.resolve()
      : Promise.reject(new Error(say('rowWrong', { n: days.wrongLine })));
  };
  return (
    <>
      <Form.Item name="side" label={say('side')}>
        <Select
          options={(['demand', 'supply'] as const).map((value) => ({ value, label: say(value) }))}
          onChange={() => form.resetFields(['partnerId'])}
        />
      </Form.Item>
      <Form.Item name="partnerId" label={say('partner')} rules={[required]}>
        <Select options={partners?.map(({ id, name }) => ({ value: id, label: name }))} />
      </Form.Item>
      <Form.Item name="fromDay" label={say('from')} rules={[required]} {...asDay}>
        <DatePicker style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="toDay" label={say('to')} rules={[required]} {...asDay}>
        <DatePicker style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="tolerance" label={say('tolerance')} rules={[required]}>
        <InputNumber min={0} max={20} step={0.1} style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item
        name="rows"
        label={say('rows')}
        extra={say('rowsHint')}
        rules={[{ validator: asRows }]}
        validateTrigger="onBlur"
        required
      >
        <Input.TextArea rows={8} placeholder="2026-11-01 120000 960.00" />
      </Form.Item>
    </>
  );
}
