/** The brief of a media plan: how much, where, when and what for; the answer is the plan's own page. */

import { useNavigate } from '@tanstack/react-router';
import { Checkbox, DatePicker, Form, Input, Radio } from 'antd';
import dayjs from 'dayjs';
import { addDays } from '../../../db/terms/day.ts';
import { DEVICES, TIERS } from '../../../db/terms/market.ts';
import { fenToMicroCny } from '../../../db/terms/money.ts';
import { useAdvertiserId } from '../../lib/acting.ts';
import { api, once, read } from '../../lib/client.ts';
import { useCountyBook } from '../../lib/divisions.ts';
import { useDeviceLabel, useTierLabel } from '../../lib/labels.ts';
import { optionsOf } from '../../ui/choice.ts';
import { type CountyBook, foldCities } from '../../ui/counties.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { asDates, today } from '../../ui/period.tsx';
import { Loaded } from '../../ui/states.tsx';
import { YuanInput } from '../../ui/yuanInput.tsx';
import { CountyPicker } from '../campaigns/countyPicker.tsx';
import { Daypart } from '../campaigns/daypart.tsx';
import { ALL_HOURS } from '../campaigns/target.ts';
import { type NewPlan, PLANS, type Plan } from './data.ts';
import { usePlanWords } from './words.ts';

interface Values {
  name: string;
  budgetFen: number;
  goal: NewPlan['goal'];
  dates: [string, string];
  counties: string[];
  tiers: (typeof TIERS)[number][];
  devices: (typeof DEVICES)[number][];
  hours: number[];
}

const GOALS = ['reach', 'impressions', 'clicks', 'presence'] as const;
const LEAST_FEN = 100_000;

export function BriefForm(props: { open: boolean; close: () => void }) {
  const say = usePlanWords();
  const navigate = useNavigate();
  const advertiserId = useAdvertiserId();
  const book = useCountyBook();
  return (
    <FormDrawer<Values, Plan>
      open={props.open}
      close={props.close}
      title={say('new')}
      name="plan-new"
      size={720}
      okText={say('propose')}
      initial={{
        goal: 'reach',
        dates: [addDays(today(), 3), addDays(today(), 16)],
        counties: [],
        tiers: [],
        devices: [],
        hours: ALL_HOURS,
      }}
      run={({ budgetFen, dates: [startsOn, endsOn], counties, hours, ...values }, key) => {
        const json: NewPlan = {
          ...values,
          advertiserId,
          startsOn,
          endsOn,
          budgetMicroCny: fenToMicroCny(budgetFen).toString(),
          divisionCodes: book.data ? foldCities(new Set(counties), book.data) : counties,
          hoursOfWeek: hours.length < ALL_HOURS.length ? hours : null,
        };
        return read(api.plans.$post({ json }, once(key)));
      }}
      alias={{
        budgetMicroCny: 'budgetFen',
        divisionCodes: 'counties',
        startsOn: 'dates',
        endsOn: 'dates',
        hoursOfWeek: 'hours',
      }}
      refresh={[PLANS]}
      say={say('proposed')}
      done={(plan) => void navigate({ to: `/plans/${plan.id}` })}
    >
      <Loaded query={book}>{(counties) => <Fields book={counties} />}</Loaded>
    </FormDrawer>
  );
}

function Fields({ book }: { book: CountyBook }) {
  const say = usePlanWords();
  const tier = useTierLabel();
  const device = useDeviceLabel();
  const goal = Form.useWatch('goal') as NewPlan['goal'] | undefined;
  const required = { required: true, message: say('required') };
  return (
    <>
      <Form.Item name="name" label={say('name')} rules={[{ ...required, whitespace: true }]}>
        <Input maxLength={100} />
      </Form.Item>
      <div className="form-pair">
        <Form.Item
          name="budgetFen"
          label={say('budget')}
          rules={[{ required: true, type: 'number', min: LEAST_FEN, message: say('budgetWrong') }]}
        >
          <YuanInput />
        </Form.Item>
        <Form.Item name="dates" label={say('dates')} rules={[required]} {...asDates}>
          <DatePicker.RangePicker
            allowClear={false}
            minDate={dayjs(addDays(today(), 1))}
            style={{ width: '100%' }}
          />
        </Form.Item>
      </div>
      <Form.Item name="goal" label={say('goal')} extra={say(`${goal ?? 'reach'}Hint`)}>
        <Radio.Group options={optionsOf(GOALS, say)} />
      </Form.Item>
      <Form.Item
        name="counties"
        label={say('counties')}
        rules={[{ required: true, type: 'array', min: 1, message: say('countiesWanted') }]}
      >
        <CountyPicker book={book} />
      </Form.Item>
      <Form.Item name="tiers" label={say('tiers')}>
        <Checkbox.Group options={optionsOf(TIERS, tier)} />
      </Form.Item>
      <Form.Item name="devices" label={say('devices')}>
        <Checkbox.Group options={optionsOf(DEVICES, device)} />
      </Form.Item>
      <Form.Item
        name="hours"
        label={say('hours')}
        rules={[{ required: true, type: 'array', min: 1, message: say('hoursWanted') }]}
      >
        <Daypart />
      </Form.Item>
    </>
  );
}
