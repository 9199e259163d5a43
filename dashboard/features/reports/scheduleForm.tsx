/** A report that comes by itself: what of, how often, at which hour of Shanghai's day. */

import { useQueryClient } from '@tanstack/react-query';
import { Form, Select } from 'antd';
import { api, once, read } from '../../lib/client.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { CADENCES, type NewSchedule, SCHEDULES, type Schedule, SPANS } from './exportData.ts';
import { useExportWords } from './exportWords.ts';
import { AskedFields } from './fileForm.tsx';

type Values = Omit<NewSchedule, 'kind'>;
const INITIAL: Partial<Values> = {
  query: { by: ['day', 'campaign'] },
  span: 'lastWeek',
  cadence: 'weekly',
  hourOfDay: 8,
  format: 'xlsx',
};
const HOURS = Array.from({ length: 24 }, (_, hour) => ({
  value: hour,
  label: `${String(hour).padStart(2, '0')}:00`,
}));

export function ScheduleForm(props: {
  open: boolean;
  schedule: Schedule | undefined;
  close: () => void;
}) {
  const say = useExportWords();
  const client = useQueryClient();
  const { schedule } = props;
  return (
    <FormDrawer<Values, unknown>
      open={props.open}
      close={props.close}
      title={say(schedule ? 'editSchedule' : 'newSchedule')}
      name={schedule ? `schedule-${schedule.id}` : 'schedule-new'}
      initial={schedule ?? INITIAL}
      run={(values, key): Promise<unknown> => {
        if (!schedule) {
          const json = { ...values, kind: 'spend' as const };
          return read(api['report-schedules'].$post({ json }, once(key)));
        }
        const param = { id: String(schedule.id) };
        // What the form does not show (filters set through the API) stays.
        const query = { ...schedule.query, ...values.query };
        const json = { ...values, query, version: schedule.version };
        return read(api['report-schedules'][':id'].$patch({ param, json }));
      }}
      refresh={[SCHEDULES]}
      reload={() => client.invalidateQueries({ queryKey: SCHEDULES })}
      say={say('saved')}
    >
      <AskedFields />
      <Form.Item name="span" label={say('span')}>
        <Select options={optionsOf(SPANS, say)} />
      </Form.Item>
      <div className="form-pair">
        <Form.Item name="cadence" label={say('cadence')}>
          <Select options={optionsOf(CADENCES, say)} />
        </Form.Item>
        <Form.Item name="hourOfDay" label={say('hour')}>
          <Select options={HOURS} />
        </Form.Item>
      </div>
    </FormDrawer>
  );
}
