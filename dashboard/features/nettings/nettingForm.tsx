/** A month with another deployment: which two sides of it, and how far both books may differ. */
import { DatePicker, Form, InputNumber, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { addDays, monthOf } from '../../../db/terms/day.ts';
import { once, read } from '../../lib/client.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { today } from '../../ui/period.tsx';
import { NETTINGS, nettings, useDeployments } from './data.ts';
import { useNettingWords } from './words.ts';

interface Values {
  supplyPartnerId: number;
  demandPartnerId: number;
  month: string;
  tolerancePercent: number;
}

const PPM_PER_PERCENT = 10_000;
const lastMonth = (): string => monthOf(addDays(`${monthOf(today())}-01`, -1));

export function NettingForm({ open, close }: { open: boolean; close: () => void }) {
  const say = useNettingWords();
  return (
    <FormDrawer<Values, unknown>
      open={open}
      close={close}
      title={say('create')}
      name="netting"
      okText={say('create')}
      initial={{ month: lastMonth(), tolerancePercent: 0.1 }}
      run={({ tolerancePercent, ...values }, key) => {
        const tolerancePpm = Math.round(tolerancePercent * PPM_PER_PERCENT);
        return read(nettings.$post({ json: { ...values, tolerancePpm } }, once(key)));
      }}
      alias={{ tolerancePpm: 'tolerancePercent' }}
      refresh={[NETTINGS]}
      say={say('saved')}
    >
      <Fields />
    </FormDrawer>
  );
}

const options = (rows: readonly { id: number; name: string }[]) =>
  rows.map(({ id, name }) => ({ value: id, label: name }));

function Fields() {
  const say = useNettingWords();
  const { sellers, buyers } = useDeployments();
  const rules = [{ required: true, message: say('required') }];
  return (
    <>
      {(sellers.length === 0 || buyers.length === 0) && <p className="faint">{say('nobody')}</p>}
      <Form.Item name="supplyPartnerId" label={say('seller')} rules={rules}>
        <Select options={options(sellers)} />
      </Form.Item>
      <Form.Item name="demandPartnerId" label={say('buyer')} rules={rules}>
        <Select options={options(buyers)} />
      </Form.Item>
      <Form.Item
        name="month"
        label={say('month')}
        rules={rules}
        getValueProps={(month?: string) => ({ value: month ? dayjs(`${month}-01`) : undefined })}
        normalize={(at?: Dayjs) => at?.format('YYYY-MM')}
      >
        <DatePicker
          picker="month"
          allowClear={false}
          maxDate={dayjs(`${lastMonth()}-01`)}
          style={{ width: '100%' }}
        />
      </Form.Item>
      <Form.Item
        name="tolerancePercent"
        label={say('tolerance')}
        extra={say('toleranceHint')}
        rules={rules}
      >
        <InputNumber min={0} max={20} step={0.1} suffix="%" style={{ width: '100%' }} />
      </Form.Item>
    </>
  );
}
