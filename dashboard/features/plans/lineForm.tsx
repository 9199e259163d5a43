/** A line of a plan, changed or taken out; what it then costs the server says. */
import { DatePicker, Form, InputNumber } from 'antd';
import dayjs from 'dayjs';
import { addDays } from '../../../db/terms/day.ts';
import { fenToMicroCny, MICRO_CNY_PER_FEN } from '../../../db/terms/money.ts';
import { api, once, read } from '../../lib/client.ts';
import { useChange } from '../../lib/queries.ts';
import { said, useLanguage } from '../../lib/words.ts';
import { Asked } from '../../ui/asked.tsx';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { asDates, today } from '../../ui/period.tsx';
import { YuanInput } from '../../ui/yuanInput.tsx';
import { type LineEdit, PLANS, type Plan, type PlanLine } from './data.ts';
import { useLineName } from './lineTable.tsx';
import { usePlanWords } from './words.ts';

const one = api.plans[':id'];

/** The API points at the one line that is sent: its fields stand at `lines.0`. */
interface Values {
  lines: [Fields];
}
interface Fields {
  dates: [string, string];
  budgetFen?: number;
  bidFen?: number;
  slots?: number;
  impressions?: number;
}

interface Props {
  plan: Plan;
  line: PlanLine | undefined;
  close: () => void;
  reload: () => Promise<unknown>;
}

const editPlan = (plan: Plan, line: LineEdit, key: string) =>
  read(
    one.$patch(
      { param: { id: String(plan.id) }, json: { version: plan.version, lines: [line] } },
      once(key),
    ),
  );

function initialOf(line: PlanLine): Fields {
  const dates: Fields['dates'] = [line.startsOn, line.endsOn];
  if (line.kind === 'auction') {
    const budgetFen = Number(BigInt(line.priceMicroCny) / MICRO_CNY_PER_FEN);
    return { dates, budgetFen, bidFen: line.bidFen };
  }
  return line.impressions === null
    ? { dates, slots: line.slots }
    : { dates, impressions: line.impressions };
}

export function LineForm({ plan, line, close, reload }: Props) {
  const say = usePlanWords();
  const nameOf = useLineName();
  const language = useLanguage();
  if (!line) return null;
  return (
    <FormDrawer<Values, unknown>
      open
      close={close}
      title={nameOf(line)}
      name={`plan-${plan.id}-${line.key}`}
      initial={{ lines: [initialOf(line)] }}
      run={({ lines: [values] }, key) => {
        const { dates, budgetFen, ...rest } = values;
        const [startsOn, endsOn] = dates;
        const budget =
          budgetFen === undefined ? {} : { budgetMicroCny: fenToMicroCny(budgetFen).toString() };
        return editPlan(plan, { key: line.key, startsOn, endsOn, ...rest, ...budget }, key);
      }}
      refresh={[PLANS]}
      reload={reload}
      say={say('edited')}
      foot={<TakeOut plan={plan} line={line} close={close} />}
    >
      <p className="faint" style={{ marginBottom: 16 }}>
        {said(line.why, language)}
      </p>
      <LineFields line={line} />
    </FormDrawer>
  );
}

function LineFields({ line }: { line: PlanLine }) {
  const say = usePlanWords();
  const required = { required: true, message: say('required') };
  return (
    <>
      <Form.Item name={['lines', 0, 'dates']} label={say('dates')} rules={[required]} {...asDates}>
        <DatePicker.RangePicker
          allowClear={false}
          minDate={dayjs(addDays(today(), 1))}
          style={{ width: '100%' }}
        />
      </Form.Item>
      {line.kind === 'auction' && (
        <>
          <Form.Item
            name={['lines', 0, 'budgetFen']}
            label={say('lineBudget')}
            extra={say('lineBudgetHint')}
            rules={[{ ...required, type: 'number', min: 100 }]}
          >
            <YuanInput />
          </Form.Item>
          <Form.Item
            name={['lines', 0, 'bidFen']}
            label={say('bidFen')}
            rules={[{ ...required, type: 'number', min: 1 }]}
          >
            <YuanInput unit={line.pricing} />
          </Form.Item>
        </>
      )}
      {line.kind === 'booked' && line.impressions === null && (
        <Form.Item
          name={['lines', 0, 'slots']}
          label={say('slotsField')}
          extra={say('slotsHint')}
          rules={[required]}
        >
          <InputNumber min={1} max={100} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      )}
      {line.kind === 'booked' && line.impressions !== null && (
        <Form.Item
          name={['lines', 0, 'impressions']}
          label={say('impressionsField')}
          extra={say('slotsHint')}
          rules={[required]}
        >
          <InputNumber min={1_000} max={1e9} step={1_000} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      )}
    </>
  );
}

function TakeOut({ plan, line, close }: { plan: Plan; line: PlanLine; close: () => void }) {
  const say = usePlanWords();
  const remove = useChange({
    run: (_: undefined, key) => editPlan(plan, { key: line.key, keep: false }, key),
    refresh: [PLANS],
    say: say('removed'),
    done: close,
  });
  return (
    <Asked
      label={say('remove')}
      ask={say('removeAsk')}
      danger
      loading={remove.isPending}
      run={() => remove.mutateAsync(undefined)}
    />
  );
}
