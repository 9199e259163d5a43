/** Drafting an order: lines of a placement, its days and slots, with what is free and what it costs beside each. */

import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, DatePicker, Form, Input, InputNumber, Select } from 'antd';
import dayjs from 'dayjs';
import { addDays } from '../../../db/terms/day.ts';
import type { RateUnit } from '../../../db/terms/market.ts';
import { useAdvertiserId } from '../../lib/acting.ts';
import { api, once, read } from '../../lib/client.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { asDates, today } from '../../ui/period.tsx';
import { Free } from '../bookings/free.tsx';
import { type Placement, usePlacements, useRates } from '../placements/data.ts';
import { type NewOrder, ORDERS } from './data.ts';
import { useOrderWords, useUnitLabel } from './words.ts';
import './orders.css';

interface Line {
  placementId?: number;
  unit?: RateUnit;
  dates: [string, string];
  slots: number;
}
interface Values {
  name: string;
  lines: Line[];
  discountPercent?: number | null;
  discountReason?: string;
}

const newLine = (): Line => ({ dates: [addDays(today(), 4), addDays(today(), 4)], slots: 1 });
export function OrderForm(props: { open: boolean; close: () => void }) {
  const say = useOrderWords();
  const advertiserId = useAdvertiserId();
  return (
    <FormDrawer<Values, unknown>
      open={props.open}
      close={props.close}
      title={say('new')}
      name="order-new"
      size={720}
      okText={say('draftIt')}
      initial={{ lines: [newLine()] }}
      run={({ discountPercent, discountReason, lines, name }, key) => {
        const json: NewOrder = {
          advertiserId,
          name,
          lines: lines.map(({ dates: [startsOn, endsOn], placementId, unit, slots }) => ({
            placementId: placementId ?? 0,
            unit: unit ?? 'CPD_DAY',
            startsOn,
            endsOn,
            slots,
          })),
          discountPpm: Math.round((discountPercent ?? 0) * 10_000),
          discountReason: discountReason || null,
        };
        return read(api.orders.$post({ json }, once(key)));
      }}
      alias={{ discountPpm: 'discountPercent' }}
      refresh={[ORDERS]}
      say={say('drafted')}
    >
      <Fields />
    </FormDrawer>
  );
}

function Fields() {
  const say = useOrderWords();
  return (
    <>
      <Form.Item
        name="name"
        label={say('name')}
        rules={[{ required: true, message: say('nameWanted') }]}
      >
        <Input maxLength={100} />
      </Form.Item>
      <Form.List name="lines">
        {(fields, { add, remove }) => (
          <>
            {fields.map((field) => (
              <LineFields
                key={field.key}
                at={field.name}
                {...(fields.length > 1 ? { remove: () => remove(field.name) } : {})}
              />
            ))}
            <Button block icon={<PlusOutlined />} onClick={() => add(newLine())}>
              {say('addLine')}
            </Button>
          </>
        )}
      </Form.List>
      <div className="form-pair" style={{ marginTop: 20 }}>
        <Form.Item name="discountPercent" label={say('discount')} extra={say('discountHint')}>
          <InputNumber min={0} max={50} precision={1} suffix="%" style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item
          name="discountReason"
          label={say('discountReason')}
          dependencies={['discountPercent']}
          rules={[
            ({ getFieldValue }) => ({
              required: (getFieldValue('discountPercent') ?? 0) > 0,
              message: say('required'),
            }),
          ]}
        >
          <Input maxLength={300} />
        </Form.Item>
      </div>
    </>
  );
}

function LineFields({ at, remove }: { at: number; remove?: () => void }) {
  const say = useOrderWords();
  const unitLabel = useUnitLabel();
  const form = Form.useFormInstance<Values>();
  const placements = usePlacements();
  const rates = useRates();
  const line = Form.useWatch(['lines', at], form) as Line | undefined;
  const sold = new Set(rates.data?.filter((rate) => rate.unit !== 'CPM').map((r) => r.placementId));
  const own = (rates.data ?? []).filter((rate) => rate.placementId === line?.placementId);
  const units = [...new Set(own.map((rate) => rate.unit))].filter((unit) => unit !== 'CPM');
  const required = { required: true, message: say('required') };
  return (
    <fieldset className="order-line">
      <legend className="visually-hidden">{say('line', { n: at + 1 })}</legend>
      <Form.Item name={[at, 'placementId']} label={say('placement')} rules={[required]}>
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          loading={placements.isPending || rates.isPending}
          notFoundContent={say('noRates')}
          options={placementsOf((placements.data ?? []).filter((row) => sold.has(row.id)))}
          onChange={(id: number) => {
            const first = rates.data?.find((r) => r.placementId === id && r.unit !== 'CPM');
            form.setFieldValue(['lines', at, 'unit'], first?.unit);
          }}
        />
      </Form.Item>
      <div className="order-line-row">
        <Form.Item name={[at, 'unit']} label={say('unit')} rules={[required]}>
          <Select options={optionsOf(units, unitLabel)} />
        </Form.Item>
        <Form.Item name={[at, 'dates']} label={say('dates')} rules={[required]} {...asDates}>
          <DatePicker.RangePicker
            allowClear={false}
            minDate={dayjs(today())}
            style={{ width: '100%' }}
          />
        </Form.Item>
        <Form.Item name={[at, 'slots']} label={say('slots')} rules={[required]}>
          <InputNumber min={1} max={100} precision={0} />
        </Form.Item>
        {remove && (
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={say('remove')}
            onClick={remove}
          />
        )}
      </div>
      {line?.placementId && line.dates?.[1] && (
        <Free
          placementId={line.placementId}
          unit={line.unit}
          from={line.dates[0]}
          to={line.dates[1]}
          slots={line.slots}
        />
      )}
    </fieldset>
  );
}

const placementsOf = (placements: readonly Placement[]) =>
  placements.map((row) => ({
    value: row.id,
    label: `${row.outletName} · ${row.propertyName} · ${row.name}`,
  }));
