/** A partner's own report of its days, pasted from its sheet; compared the moment it is in. */
import { Form, Input } from 'antd';
import { once, read } from '../../lib/client.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { type About, INITIAL, ReportAbout } from './partnerAbout.tsx';
import { CLEARING, readDays, reports } from './partnerData.ts';
import { usePartnerWords } from './partnerWords.ts';

interface Values extends About {
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
      initial={INITIAL()}
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
      <ReportAbout />
      <Rows />
    </FormDrawer>
  );
}

function Rows() {
  const say = usePartnerWords();
  const asRows = (_: unknown, text: string | undefined) => {
    const days = readDays(text ?? '');
    return 'rows' in days
      ? Promise.resolve()
      : Promise.reject(new Error(say('rowWrong', { n: days.wrongLine })));
  };
  return (
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
  );
}
