/**
 * Changing a line item, its target included. A target that says more than this form can (nested, other attributes) is
 * kept as it is: its fields are not shown, and nothing of it is sent.
 */
import { useQueryClient } from '@tanstack/react-query';
import { Alert, DatePicker, Form, Input, InputNumber, Radio, Tabs } from 'antd';
import { MICRO_CNY_PER_FEN } from '../../../db/terms/money.ts';
import { api, read } from '../../lib/client.ts';
import type { CountyBook } from '../../ui/counties.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { asDay } from '../../ui/period.tsx';
import { YuanInput } from '../../ui/yuanInput.tsx';
import { LINE_ITEMS, type LineItem } from './data.ts';
import { type Aim, aimOf, targetOf } from './target.ts';
import { WhoStep } from './whoStep.tsx';
import { WhatStep, WhenStep, WhereStep } from './wizardSteps.tsx';
import { useWizardWords } from './wizardWords.ts';
import { useCampaignWords } from './words.ts';

interface Values extends Partial<Aim> {
  name: string;
  bidFen: number;
  dailyFen: number;
  totalFen: number;
  startsOn: string;
  endsOn: string;
  pacing: 'even' | 'asap';
  dailyCap?: number | null;
  creativeIds: number[];
}

const one = api['line-items'][':id'];
const ALIAS = {
  dailyBudgetMicroCny: 'dailyFen',
  totalBudgetMicroCny: 'totalFen',
  target: 'counties',
};
const fenOfMicro = (microCny: string) => Number(BigInt(microCny) / MICRO_CNY_PER_FEN);
const micro = (fen: number) => (BigInt(fen) * MICRO_CNY_PER_FEN).toString();
const dailyCapOf = (item: LineItem) =>
  item.frequencyCaps.find((cap) => cap.scope === 'lineItem' && cap.window === 'day')?.count ?? null;

export function LineItemDrawer(props: {
  lineItem: LineItem;
  book: CountyBook;
  open: boolean;
  close: () => void;
}) {
  const say = useCampaignWords();
  const client = useQueryClient();
  const { lineItem, book } = props;
  const aim = aimOf(lineItem.target, book);
  return (
    <FormDrawer<Values, unknown>
      open={props.open}
      close={props.close}
      title={say('edit')}
      name={`line-item-${lineItem.id}`}
      size={760}
      alias={ALIAS}
      initial={{
        ...aim,
        name: lineItem.name,
        bidFen: lineItem.bidFen,
        dailyFen: fenOfMicro(lineItem.dailyBudgetMicroCny),
        totalFen: fenOfMicro(lineItem.totalBudgetMicroCny),
        startsOn: lineItem.startsOn,
        endsOn: lineItem.endsOn,
        pacing: lineItem.pacing,
        dailyCap: dailyCapOf(lineItem),
        creativeIds: lineItem.creativeIds,
      }}
      run={async (values) => {
        const param = { id: String(lineItem.id) };
        const json = { version: lineItem.version, ...changesOf(values, lineItem, aim, book) };
        const { version } = await read(one.$patch({ param, json }));
        const { creativeIds } = values;
        if (String(creativeIds) === String(lineItem.creativeIds)) return;
        await read(one.creatives.$put({ param, json: { version, creativeIds } }));
      }}
      refresh={[LINE_ITEMS]}
      reload={() => client.invalidateQueries({ queryKey: LINE_ITEMS })}
      say={say('changed')}
    >
      <Fields lineItem={lineItem} book={book} plain={aim !== undefined} />
    </FormDrawer>
  );
}

function changesOf(values: Values, item: LineItem, aim: Aim | undefined, book: CountyBook) {
  const { dailyFen, totalFen, dailyCap, counties, hours, devices, tiers, ...others } = values;
  const { anyOf, allOf, noneOf, ...rest } = others;
  const { creativeIds: _linkedApart, ...plain } = rest;
  const otherCaps = item.frequencyCaps.filter(
    (cap) => !(cap.scope === 'lineItem' && cap.window === 'day'),
  );
  const cap = dailyCap
    ? [{ scope: 'lineItem' as const, window: 'day' as const, count: dailyCap }]
    : [];
  const target = aim && {
    counties: counties ?? aim.counties,
    hours: hours ?? aim.hours,
    devices: devices ?? aim.devices,
    tiers: tiers ?? aim.tiers,
    anyOf: anyOf ?? aim.anyOf,
    allOf: allOf ?? aim.allOf,
    noneOf: noneOf ?? aim.noneOf,
  };
  return {
    ...plain,
    dailyBudgetMicroCny: micro(dailyFen),
    totalBudgetMicroCny: micro(totalFen),
    frequencyCaps: [...otherCaps, ...cap],
    ...(target ? { target: targetOf(target, book) } : {}),
  };
}

function Fields(props: { lineItem: LineItem; book: CountyBook; plain: boolean }) {
  const say = useWizardWords();
  const campaign = useCampaignWords();
  return (
    <Tabs
      items={[
        {
          key: 'price',
          label: say('price'),
          forceRender: true,
          children: <Money pricing={props.lineItem.pricing} />,
        },
        {
          key: 'where',
          label: say('where'),
          forceRender: true,
          children: props.plain ? (
            <WhereStep book={props.book} />
          ) : (
            <Alert type="info" showIcon title={campaign('complexTarget')} />
          ),
        },
        ...(props.plain
          ? [{ key: 'who', label: say('who'), forceRender: true, children: <WhoStep /> }]
          : []),
        {
          key: 'when',
          label: say('when'),
          forceRender: true,
          children: (
            <>
              <Days />
              {props.plain && <WhenStep />}
            </>
          ),
        },
        { key: 'what', label: say('what'), forceRender: true, children: <WhatStep /> },
      ]}
    />
  );
}

function Money({ pricing }: { pricing: LineItem['pricing'] }) {
  const say = useWizardWords();
  const amount = (min: number, message: string) => [
    { required: true, type: 'number' as const, min, max: 1e10, message },
  ];
  return (
    <>
      <Form.Item
        name="name"
        label={say('itemName')}
        rules={[{ required: true, whitespace: true, message: say('nameWanted') }]}
      >
        <Input maxLength={100} />
      </Form.Item>
      <div className="form-pair">
        <Form.Item name="bidFen" label={say('bid')} rules={amount(1, say('bidWrong'))}>
          <YuanInput unit={say(pricing === 'CPM' ? 'perThousand' : 'perClick')} />
        </Form.Item>
        <Form.Item name="dailyFen" label={say('daily')} rules={amount(100, say('dailyWrong'))}>
          <YuanInput />
        </Form.Item>
        <Form.Item name="totalFen" label={say('total')} rules={amount(100, say('totalWrong'))}>
          <YuanInput />
        </Form.Item>
        <Form.Item name="dailyCap" label={say('cap')}>
          <InputNumber min={1} max={255} precision={0} suffix={say('capUnit')} />
        </Form.Item>
      </div>
      <Form.Item name="pacing" label={say('pacing')}>
        <Radio.Group
          options={[
            { value: 'even', label: say('even') },
            { value: 'asap', label: say('asap') },
          ]}
        />
      </Form.Item>
    </>
  );
}

function Days() {
  const say = useCampaignWords();
  return (
    <div className="form-pair">
      <Form.Item name="startsOn" label={say('startsOn')} {...asDay}>
        <DatePicker allowClear={false} style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item
        name="endsOn"
        label={say('endsOn')}
        dependencies={['startsOn']}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_, day: string) =>
              day >= getFieldValue('startsOn')
                ? Promise.resolve()
                : Promise.reject(new Error(say('endWrong'))),
          }),
        ]}
        {...asDay}
      >
        <DatePicker allowClear={false} style={{ width: '100%' }} />
      </Form.Item>
    </div>
  );
}
