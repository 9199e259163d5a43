/** Proposing a deal, or answering one with other terms: then the other side's word is wanted again. */

import { useQueryClient } from '@tanstack/react-query';
import { DatePicker, Form, Input, InputNumber, Segmented, Select } from 'antd';
import dayjs from 'dayjs';
import { addDays } from '../../../db/terms/day.ts';
import { useAdvertiserId, useOutletId } from '../../lib/acting.ts';
import { api, once, read } from '../../lib/client.ts';
import { useMe } from '../../lib/me.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { today } from '../../ui/period.tsx';
import { YuanInput } from '../../ui/yuanInput.tsx';
import { type Placement, usePlacements } from '../placements/data.ts';
import { DEAL_KINDS, DEALS, type DealDetail } from './data.ts';
import { useDealWords } from './words.ts';

interface Values {
  name: string;
  kind: (typeof DEAL_KINDS)[number];
  outletId: number;
  advertiserId?: number;
  demandPartnerId?: number;
  priceCpmFen: number;
  impressions?: number | null;
  dates: [string, string];
  placementIds: number[];
  note?: string;
}

const asDates = {
  getValueProps: (days?: [string, string]) => ({ value: days?.map((day) => dayjs(day)) }),
  normalize: (range?: (dayjs.Dayjs | null)[] | null) =>
    range?.map((day) => day?.format('YYYY-MM-DD')),
};

export function DealForm(props: { deal?: DealDetail; open: boolean; close: () => void }) {
  const say = useDealWords();
  const outletId = useOutletId();
  const advertiserId = useAdvertiserId();
  const client = useQueryClient();
  const { deal } = props;
  return (
    <FormDrawer<Values, unknown>
      open={props.open}
      close={props.close}
      title={say(deal ? 'counter' : 'new')}
      name={deal ? `deal-${deal.id}` : 'deal-new'}
      size={560}
      okText={say(deal ? 'counter' : 'propose')}
      initial={
        deal
          ? {
              name: deal.name,
              kind: deal.kind,
              outletId: deal.outletId,
              priceCpmFen: deal.priceCpmFen,
              impressions: deal.impressions,
              dates: [deal.startsOn, deal.endsOn],
              placementIds: deal.placementIds,
              note: deal.note,
            }
          : {
              kind: 'pmp',
              dates: [addDays(today(), 1), addDays(today(), 30)],
              placementIds: [],
              ...(outletId ? { outletId } : {}),
              ...(advertiserId ? { advertiserId } : {}),
            }
      }
      run={async (
        { dates: [startsOn, endsOn], kind, outletId, ...values },
        key,
      ): Promise<unknown> => {
        const { advertiserId = null, demandPartnerId = null, ...rest } = values;
        const terms = {
          ...rest,
          impressions: values.impressions ?? null,
          startsOn,
          endsOn,
          note: values.note ?? '',
        };
        if (deal) {
          const json = { ...terms, version: deal.version };
          return read(api.deals[':id'].$patch({ param: { id: String(deal.id) }, json }));
        }
        const json = { ...terms, kind, outletId, advertiserId, demandPartnerId };
        return read(api.deals.$post({ json }, once(key)));
      }}
      alias={{ startsOn: 'dates', endsOn: 'dates' }}
      refresh={[DEALS]}
      reload={() => client.invalidateQueries({ queryKey: DEALS })}
      say={say('proposed')}
    >
      <Fields counter={deal !== undefined} />
    </FormDrawer>
  );
}

function Fields({ counter }: { counter: boolean }) {
  const say = useDealWords();
  const me = useMe();
  const placements = usePlacements();
  const kind = Form.useWatch('kind');
  const outletId = Form.useWatch('outletId');
  const required = { required: true, message: say('required') };
  return (
    <>
      <Form.Item name="name" label={say('name')} rules={[required]}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="kind" label={say('kind')} extra={kind && say(`${kind as 'pmp'}Hint`)}>
        <Segmented disabled={counter} options={optionsOf(DEAL_KINDS, say)} />
      </Form.Item>
      {!counter && me.kind !== 'outlet' && (
        <Form.Item name="outletId" label={say('outlet')} rules={[required]}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            loading={placements.isPending}
            options={outletsOf(placements.data ?? [])}
          />
        </Form.Item>
      )}
      {!counter && me.kind === 'outlet' && (
        <Form.Item
          name="advertiserId"
          label={say('advertiserNo')}
          extra={say('advertiserNoHint')}
          rules={[required]}
        >
          <InputNumber min={1} precision={0} />
        </Form.Item>
      )}
      {!counter && me.kind === 'platform' && (
        <Form.Item name="demandPartnerId" label={say('partnerNo')} rules={[required]}>
          <InputNumber min={1} precision={0} />
        </Form.Item>
      )}
      <Form.Item
        name="placementIds"
        label={say('placements')}
        rules={[{ required: true, type: 'array', min: 1, message: say('placementsWanted') }]}
      >
        <Select
          mode="multiple"
          showSearch={{ optionFilterProp: 'label' }}
          options={placements.data
            ?.filter((row) => row.outletId === outletId && row.status === 'active')
            .map((row) => ({ value: row.id, label: `${row.propertyName} · ${row.name}` }))}
        />
      </Form.Item>
      <div className="form-pair">
        <Form.Item
          name="priceCpmFen"
          label={say('price')}
          rules={[{ required: true, type: 'number', min: 1, max: 1e7, message: say('priceWrong') }]}
        >
          <YuanInput unit={say('perThousand')} />
        </Form.Item>
        <Form.Item
          name="impressions"
          label={say(kind === 'guaranteed' ? 'impressions' : 'mostImpressions')}
          rules={[
            {
              required: kind === 'guaranteed',
              type: 'number',
              min: 1000,
              message: say('impressionsWrong'),
            },
          ]}
        >
          <InputNumber min={1000} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      </div>
      <Form.Item name="dates" label={say('dates')} {...asDates}>
        <DatePicker.RangePicker allowClear={false} style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="note" label={say('note')}>
        <Input.TextArea maxLength={500} showCount autoSize={{ minRows: 2 }} />
      </Form.Item>
    </>
  );
}

const outletsOf = (placements: readonly Placement[]) =>
  [...new Map(placements.map((row) => [row.outletId, row.outletName])).entries()].map(
    ([value, label]) => ({ value, label }),
  );
