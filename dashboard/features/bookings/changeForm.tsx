/**
 * Asking the other side for a change of what is booked: days that move, days that are dropped, or (an outlet's offer) a
 * make-good: of days that were missed, or of all that a guaranteed line did not show. Says which days can go and what is free
 * where they would go to.
 */

import { useQuery } from '@tanstack/react-query';
import { Button, DatePicker, Form, Input, InputNumber, Segmented, Select } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { addDays } from '../../../db/terms/day.ts';
import { api, once, read } from '../../lib/client.ts';
import { money } from '../../lib/format.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { asDates, today } from '../../ui/period.tsx';
import { Loaded } from '../../ui/states.tsx';
import { useChangeWords } from './changeWords.ts';
import { BOOKINGS, type LineDetail } from './data.ts';
import { Free } from './free.tsx';

const one = api.bookings[':id'];

interface Values {
  kind: 'move' | 'drop' | 'makegood';
  days?: string[];
  dates?: [string, string];
  slots?: number;
  reason: string;
}

interface Props {
  lineId: number;
  /** A make-good is offered for these days; otherwise the asker moves or drops. */
  missed?: string;
  open: boolean;
  close: () => void;
}

export function ChangeForm(props: Props) {
  const line = useQuery({
    queryKey: [...BOOKINGS, 'line', props.lineId],
    enabled: props.open,
    queryFn: () => read(one.$get({ param: { id: String(props.lineId) } })),
  });
  if (!props.open) return null;
  return <Loaded query={line}>{(data) => <AskDrawer {...props} line={data} />}</Loaded>;
}

/**
 * The button that asks. Of guaranteed impressions only the outlet's make-good of what they fell short: while they run they are
 * cancelled and ordered anew.
 */
export function AskChange({ line }: { line: Pick<LineDetail, 'id' | 'status' | 'impressions'> }) {
  const say = useChangeWords();
  const [open, setOpen] = useState(false);
  const short = line.status === 'short';
  if (!short && (line.status !== 'accepted' || line.impressions !== null)) return null;
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {say(short ? 'offer' : 'ask')}
      </Button>
      <ChangeForm lineId={line.id} open={open} close={() => setOpen(false)} />
    </>
  );
}

function AskDrawer({ line, missed, open, close }: Props & { line: LineDetail }) {
  const say = useChangeWords();
  const first = addDays(today(), 1);
  const makegood = missed !== undefined || line.status === 'short';
  return (
    <FormDrawer<Values, unknown>
      open={open}
      close={close}
      title={`${say(makegood ? 'offer' : 'ask')} · ${line.placementName}`}
      name={`booking-change-${line.id}${missed ?? ''}`}
      okText={say('send')}
      size={520}
      initial={{
        kind: makegood ? 'makegood' : 'move',
        days: missed ? [missed] : [],
        dates: [first, first],
        slots: line.slots,
      }}
      run={({ kind, days, dates, slots, reason }, key) => {
        const aim = kind === 'drop' ? {} : { startsOn: dates?.[0], endsOn: dates?.[1], slots };
        const json = { version: line.version, kind, days: days ?? [], reason, ...aim };
        return read(one.changes.$post({ param: { id: String(line.id) }, json }, once(key)));
      }}
      alias={{ startsOn: 'dates', endsOn: 'dates' }}
      refresh={[BOOKINGS, ['orders'], ['notices']]}
      say={say('sent')}
    >
      <Fields line={line} makegood={makegood} />
    </FormDrawer>
  );
}

function Fields({ line, makegood }: { line: LineDetail; makegood: boolean }) {
  const say = useChangeWords();
  const form = Form.useFormInstance<Values>();
  const kind = Form.useWatch('kind', form);
  const going = line.days.filter((row) =>
    makegood ? row.status === 'missed' : row.status === 'sold' && row.day > today(),
  );
  return (
    <>
      <p className="faint small" style={{ marginBottom: 16 }}>
        {line.status === 'short'
          ? say('shortHint', { n: (line.impressions ?? 0) - (line.delivered ?? 0) })
          : say(makegood ? 'offerHint' : 'askHint')}
      </p>
      <Form.Item name="kind" label={say('kind')} hidden={makegood}>
        <Segmented options={optionsOf(['move', 'drop'] as const, say)} />
      </Form.Item>
      {line.impressions === null && (
        <Form.Item
          name="days"
          label={say('days')}
          extra={going.length === 0 && say('noDays')}
          rules={[{ required: true, type: 'array', min: 1, message: say('daysWanted') }]}
        >
          <Select
            mode="multiple"
            disabled={going.length === 0}
            options={going.map(({ day, priceMicroCny }) => ({
              value: day,
              label: `${day} · ${money(priceMicroCny)}`,
            }))}
          />
        </Form.Item>
      )}
      {kind !== 'drop' && <Aim line={line} />}
      <Form.Item
        name="reason"
        label={say('reason')}
        rules={[{ required: true, whitespace: true, message: say('reasonWanted') }]}
      >
        <Input.TextArea maxLength={300} showCount autoSize={{ minRows: 2 }} />
      </Form.Item>
    </>
  );
}

/** Where the days go to, with what is free there. */
function Aim({ line }: { line: LineDetail }) {
  const say = useChangeWords();
  const form = Form.useFormInstance<Values>();
  const [from, to] = (Form.useWatch('dates', form) as Values['dates']) ?? [];
  const slots = Form.useWatch('slots', form) ?? line.slots;
  return (
    <>
      <div className="form-pair">
        <Form.Item
          name="dates"
          label={say('to')}
          rules={[{ required: true, message: say('toWanted') }]}
          {...asDates}
        >
          <DatePicker.RangePicker
            allowClear={false}
            minDate={dayjs(addDays(today(), 1))}
            style={{ width: '100%' }}
          />
        </Form.Item>
        <Form.Item name="slots" label={say('slots')} hidden={line.impressions !== null}>
          <InputNumber min={1} max={100} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      </div>
      {from && to && (
        <div style={{ marginBottom: 16 }}>
          <Free {...{ placementId: line.placementId, unit: line.unit, from, to, slots }} />
        </div>
      )}
    </>
  );
}
