/** What a partner's report is about, however it comes in: whose, of which days, how near counts as agreed. */

import { DatePicker, Form, InputNumber, Select } from 'antd';
import { addDays } from '../../../db/terms/day.ts';
import { optionsOf } from '../../ui/choice.ts';
import { asDay, today } from '../../ui/period.tsx';
import { useDemandPartners, useSupplyPartners } from '../partners/data.ts';
import type { Report } from './partnerData.ts';
import { usePartnerWords } from './partnerWords.ts';

export interface About extends Pick<Report, 'side' | 'partnerId' | 'fromDay' | 'toDay'> {
  /** Per cent. */
  tolerance: number;
}

export const INITIAL = () => ({
  side: 'demand' as const,
  fromDay: addDays(today(), -7),
  toDay: addDays(today(), -1),
  tolerance: 1,
});

export function ReportAbout() {
  const say = usePartnerWords();
  const form = Form.useFormInstance<About>();
  const side = Form.useWatch('side', form);
  const demand = useDemandPartners();
  const supply = useSupplyPartners();
  const partners: readonly { id: number; name: string }[] | undefined =
    side === 'supply' ? supply.data : demand.data;
  const required = { required: true, message: say('wanted') };
  return (
    <>
      <Form.Item name="side" label={say('side')}>
        <Select
          options={optionsOf(['demand', 'supply'] as const, say)}
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
    </>
  );
}
