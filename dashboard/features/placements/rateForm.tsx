/** Publishing a price from a day on; the one before it stands until then. */

import { DatePicker, Form, Select } from 'antd';
import dayjs from 'dayjs';
import { addDays } from '../../../db/terms/day.ts';
import { api, once, read } from '../../lib/client.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { asDay, today } from '../../ui/period.tsx';
import { YuanInput } from '../../ui/yuanInput.tsx';
import { RATES, type Rate, usePlacements } from './data.ts';
import { useRateUnit, useRateWords } from './words.ts';

interface Values {
  placementId: number;
  unit: Rate['unit'];
  priceFen: number;
  effectiveFrom: string;
}

const UNITS = ['CPM', 'CPT', 'CPD_DAY', 'SPOT', 'POST'] as const;

export function RateForm(props: { open: boolean; close: () => void }) {
  const say = useRateWords();
  const unit = useRateUnit();
  const placements = usePlacements();
  const required = { required: true, message: say('required') };
  return (
    <FormDrawer<Values, unknown>
      {...props}
      title={say('publish')}
      name="rate"
      okText={say('publish')}
      initial={{ unit: 'CPD_DAY', effectiveFrom: addDays(today(), 1) }}
      run={(json, key) => read(api['rate-cards'].$post({ json }, once(key)))}
      refresh={[RATES]}
      say={say('published')}
    >
      <Form.Item name="placementId" label={say('placement')} rules={[required]}>
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          options={placements.data?.map((row) => ({
            value: row.id,
            label: `${row.propertyName} · ${row.name}`,
          }))}
        />
      </Form.Item>
      <Form.Item name="unit" label={say('unit')} rules={[required]}>
        <Select options={optionsOf(UNITS, unit)} />
      </Form.Item>
      <Form.Item
        name="priceFen"
        label={say('price')}
        rules={[{ required: true, type: 'number', min: 1, max: 1e9, message: say('priceWrong') }]}
      >
        <YuanInput unit={say('yuan')} />
      </Form.Item>
      <Form.Item name="effectiveFrom" label={say('from')} rules={[required]} {...asDay}>
        <DatePicker minDate={dayjs(today())} style={{ width: '100%' }} />
      </Form.Item>
    </FormDrawer>
  );
}
