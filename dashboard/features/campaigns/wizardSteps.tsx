/** The wizard's steps but for who: plan, where, when, price, what, check. Fields only; the wizard owns their order. */

import { Checkbox, DatePicker, Form, Input, InputNumber, Radio, Segmented } from 'antd';
import dayjs from 'dayjs';
import { TIERS } from '../../../db/terms/market.ts';
import { fenMoney } from '../../lib/format.ts';
import { useFormatLabel, useTierLabel } from '../../lib/labels.ts';
import { optionsOf } from '../../ui/choice.ts';
import type { CountyBook } from '../../ui/counties.ts';
import { Facts } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { YuanInput } from '../../ui/yuanInput.tsx';
import { type Creative, useCreatives } from '../creatives/data.ts';
import { CountyPicker } from './countyPicker.tsx';
import { Daypart } from './daypart.tsx';
import type { Draft } from './draft.ts';
import { useWhoText } from './whoStep.tsx';
import { useWizardWords } from './wizardWords.ts';
import { useCampaignWords, usePricingLabel } from './words.ts';

const MAX_FEN = 10_000_000_000;

export function PlanStep() {
  const say = useWizardWords();
  return (
    <>
      <Form.Item
        name="campaignName"
        label={say('name')}
        rules={[{ required: true, whitespace: true, message: say('nameWanted') }]}
      >
        <Input maxLength={100} autoFocus />
      </Form.Item>
      <Form.Item
        name="totalFen"
        label={say('total')}
        rules={[
          { required: true, type: 'number', min: 100, max: MAX_FEN, message: say('totalWrong') },
        ]}
      >
        <YuanInput />
      </Form.Item>
      <Form.Item label={say('dates')} required>
        <Dates />
      </Form.Item>
    </>
  );
}

/** Two fields of the draft, one control. */
function Dates() {
  const say = useWizardWords();
  const form = Form.useFormInstance<Draft>();
  const startsOn = Form.useWatch('startsOn', form) ?? form.getFieldValue('startsOn');
  const endsOn = Form.useWatch('endsOn', form) ?? form.getFieldValue('endsOn');
  return (
    <>
      <Form.Item name="startsOn" noStyle>
        <HiddenField />
      </Form.Item>
      <Form.Item name="endsOn" noStyle>
        <HiddenField />
      </Form.Item>
      <DatePicker.RangePicker
        allowClear={false}
        aria-label={say('dates')}
        minDate={dayjs(today())}
        value={[dayjs(startsOn), dayjs(endsOn)]}
        style={{ width: '100%' }}
        onChange={(range) => {
          const [from, to] = range ?? [];
          if (!from || !to) return;
          const changes = { startsOn: from.format('YYYY-MM-DD'), endsOn: to.format('YYYY-MM-DD') };
          form.setFieldsValue(changes);
        }}
      />
    </>
  );
}

const HiddenField = (props: { value?: string }) => (
  <input type="hidden" value={props.value ?? ''} readOnly />
);

export function WhereStep({ book }: { book: CountyBook }) {
  const say = useWizardWords();
  const tier = useTierLabel();
  return (
    <>
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
    </>
  );
}

export function WhenStep() {
  const say = useWizardWords();
  return (
    <Form.Item
      name="hours"
      label={say('hours')}
      rules={[{ required: true, type: 'array', min: 1, message: say('hoursWanted') }]}
    >
      <Daypart />
    </Form.Item>
  );
}

export function PriceStep({ draft }: { draft: Draft }) {
  const say = useWizardWords();
  const pricing = usePricingLabel();
  return (
    <>
      <Form.Item name="itemName" label={say('itemName')}>
        <Input maxLength={100} placeholder={draft.campaignName} />
      </Form.Item>
      <Form.Item name="pricing" label={say('pricing')}>
        <Segmented options={optionsOf(['CPM', 'CPC'], pricing)} />
      </Form.Item>
      <Form.Item
        name="bidFen"
        label={say('bid')}
        rules={[{ required: true, type: 'number', min: 1, max: 1e7, message: say('bidWrong') }]}
      >
        <YuanInput unit={say(draft.pricing === 'CPM' ? 'perThousand' : 'perClick')} />
      </Form.Item>
      <Form.Item
        name="dailyFen"
        label={say('daily')}
        rules={[
          {
            required: true,
            type: 'number',
            min: 100,
            max: draft.totalFen ?? MAX_FEN,
            message: say('dailyWrong'),
          },
        ]}
      >
        <YuanInput />
      </Form.Item>
      <Form.Item name="pacing" label={say('pacing')}>
        <Radio.Group
          options={[
            { value: 'even', label: say('even') },
            { value: 'asap', label: say('asap') },
          ]}
        />
      </Form.Item>
      <Form.Item name="dailyCap" label={say('cap')}>
        <InputNumber min={1} max={255} precision={0} suffix={say('capUnit')} />
      </Form.Item>
    </>
  );
}

export function WhatStep() {
  const say = useWizardWords();
  const creatives = useCreatives('approved');
  return (
    <Loaded query={creatives}>
      {(rows) =>
        rows.length === 0 ? (
          <Empty title={say('creativesNone')} hint={say('creativesNoneHint')} />
        ) : (
          <Form.Item name="creativeIds" label={say('creatives')}>
            <CreativeChoice rows={rows} />
          </Form.Item>
        )
      }
    </Loaded>
  );
}

function CreativeChoice(props: {
  rows: readonly Creative[];
  value?: number[];
  onChange?: (ids: number[]) => void;
}) {
  const format = useFormatLabel();
  const { rows, value = [], onChange } = props;
  return (
    <div className="creative-choice">
      {rows.map((row) => (
        <label key={row.id} htmlFor={`creative-${row.id}`}>
          <span className="row" style={{ gap: 8, flexWrap: 'nowrap' }}>
            <Checkbox
              id={`creative-${row.id}`}
              checked={value.includes(row.id)}
              onChange={(event) =>
                onChange?.(
                  event.target.checked ? [...value, row.id] : value.filter((id) => id !== row.id),
                )
              }
            />
            <span>{row.name}</span>
          </span>
          {row.content.imageUrl && <img src={row.content.imageUrl} alt="" loading="lazy" />}
          <span className="faint small">
            {format(row.format)} {row.w && row.h ? `${row.w}×${row.h}` : ''}
          </span>
        </label>
      ))}
    </div>
  );
}

export function CheckStep({ draft, book }: { draft: Draft; book: CountyBook }) {
  const say = useWizardWords();
  const campaignSay = useCampaignWords();
  const pricing = usePricingLabel();
  const all = draft.counties.length === book.counties.length;
  const who = useWhoText()(draft);
  return (
    <Facts
      items={[
        [say('name'), draft.campaignName || '—'],
        [say('total'), draft.totalFen ? fenMoney(draft.totalFen) : '—'],
        [say('dates'), `${draft.startsOn} – ${draft.endsOn}`],
        [
          campaignSay('where'),
          all ? campaignSay('everywhere') : campaignSay('counties', { n: draft.counties.length }),
        ],
        [say('who'), who || say('everyone')],
        [
          campaignSay('when'),
          draft.hours.length === 168 ? say('always') : say('hoursN', { n: draft.hours.length }),
        ],
        [say('bid'), `${fenMoney(draft.bidFen ?? 0)} · ${pricing(draft.pricing)}`],
        [say('daily'), draft.dailyFen ? fenMoney(draft.dailyFen) : '—'],
        [say('pacing'), campaignSay(draft.pacing)],
        [campaignSay('creatives'), say('chosen', { n: draft.creativeIds.length })],
      ]}
    />
  );
}
