/** A day that did not run, told by the outlet with its reason: to be made good or given back. */
import { Form, Input } from 'antd';
import { api, once, read } from '../../lib/client.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { BOOKINGS, type BookedDay } from './data.ts';
import { useBookingWords } from './words.ts';

export function MissForm(props: { day: BookedDay; open: boolean; close: () => void }) {
  const say = useBookingWords();
  const { day } = props;
  return (
    <FormDrawer<{ reason: string }, unknown>
      open={props.open}
      close={props.close}
      title={say('missOf', { day: day.day })}
      name={`miss-${day.lineId}-${day.day}`}
      okText={say('miss')}
      initial={{}}
      run={({ reason }, key) =>
        read(
          api.bookings[':id'].miss.$post(
            {
              param: { id: String(day.lineId) },
              json: { day: day.day, version: day.version, reason },
            },
            once(key),
          ),
        )
      }
      refresh={[BOOKINGS]}
      say={say('missed')}
    >
      <Form.Item
        name="reason"
        label={say('why')}
        rules={[{ required: true, min: 2, message: say('whyWanted') }]}
      >
        <Input.TextArea maxLength={300} showCount autoSize={{ minRows: 3 }} />
      </Form.Item>
    </FormDrawer>
  );
}
