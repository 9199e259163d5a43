/** Having a report made in the background: what it is by, over which days, as which file. */

import { DatePicker, Form, Input, Radio, Select } from 'antd';
import dayjs from 'dayjs';
import { api, once, read } from '../../lib/client.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { asDates, today, usePeriod } from '../../ui/period.tsx';
import { type DIMENSIONS, EXPORTS, useDimensions } from './exportData.ts';
import { useExportWords } from './exportWords.ts';
import { useReportWords } from './words.ts';

interface Values {
  name: string;
  query: { by: (typeof DIMENSIONS)[number][] };
  dates: [string, string];
  format: 'csv' | 'xlsx';
}

export function FileForm(props: { open: boolean; close: () => void }) {
  const say = useExportWords();
  const { from, to } = usePeriod();
  const required = { required: true, message: say('required') };
  return (
    <FormDrawer<Values, unknown>
      open={props.open}
      close={props.close}
      title={say('newExport')}
      name="report-file-new"
      okText={say('make')}
      initial={{ query: { by: ['day', 'campaign'] }, dates: [from, to], format: 'xlsx' }}
      run={({ dates: [first, last], query, ...values }, key) => {
        const json = {
          ...values,
          kind: 'spend' as const,
          query: { ...query, from: first, to: last },
        };
        return read(api['report-exports'].$post({ json }, once(key)));
      }}
      refresh={[EXPORTS]}
      say={say('asked')}
    >
      <AskedFields />
      <Form.Item name="dates" label={say('days')} rules={[required]} {...asDates}>
        <DatePicker.RangePicker
          allowClear={false}
          maxDate={dayjs(today())}
          style={{ width: '100%' }}
        />
      </Form.Item>
    </FormDrawer>
  );
}

/** What a file once made and one that comes regularly have in common. */
export function AskedFields() {
  const say = useExportWords();
  const dimension = useReportWords();
  const required = { required: true, message: say('required') };
  return (
    <>
      <Form.Item name="name" label={say('name')} rules={[{ ...required, whitespace: true }]}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item
        name={['query', 'by']}
        label={say('by')}
        extra={say('byHint')}
        rules={[{ ...required, type: 'array', min: 1 }]}
      >
        <Select mode="multiple" maxCount={4} options={optionsOf(useDimensions(), dimension)} />
      </Form.Item>
      <Form.Item name="format" label={say('format')}>
        <Radio.Group
          options={[
            { value: 'xlsx', label: 'XLSX' },
            { value: 'csv', label: 'CSV' },
          ]}
        />
      </Form.Item>
    </>
  );
}
