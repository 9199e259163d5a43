/** Published prices: the current ones, those to come and, on request, the past. */
import { Button, DatePicker, Form, Modal, Select, Switch } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useMemo, useState } from 'react';
import { api, once, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { showInForm } from '../../lib/problem.ts';
import { useChange } from '../../lib/queries.ts';
import { useLanguage } from '../../lib/words.ts';
import type { Column } from '../../ui/column.ts';
import { fenColumn } from '../../ui/columns.tsx';
import { DataTable } from '../../ui/dataTable.tsx';
import { Mark, Page, Panel } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';
import { Empty } from '../../ui/states.tsx';
import { YuanInput } from '../../ui/yuanInput.tsx';
import { RATES, type Rate, usePlacements, useRates } from './data.ts';
import { useRateUnit, useRateWords } from './words.ts';

type State = 'current' | 'future' | 'past';
type Priced = Rate & { state: State };

/** Of each placement and unit, the latest row that has begun is the current one. */
function withStates(rates: readonly Rate[], now: string): Priced[] {
  const current = new Map<string, string>();
  for (const rate of rates) {
    const key = `${rate.placementId} ${rate.unit}`;
    const known = current.get(key) ?? '';
    if (rate.effectiveFrom <= now && rate.effectiveFrom > known)
      current.set(key, rate.effectiveFrom);
  }
  return rates.map((rate) => {
    const begun = current.get(`${rate.placementId} ${rate.unit}`);
    const state =
      rate.effectiveFrom > now ? 'future' : rate.effectiveFrom === begun ? 'current' : 'past';
    return { ...rate, state };
  });
}

export function RateCard() {
  const say = useRateWords();
  const { filters, set } = useFilters();
  const [publishing, setPublishing] = useState(false);
  const rates = useRates();
  const rows = useMemo(
    () =>
      rates.data &&
      withStates(rates.data, today()).filter((r) => filters.all === '1' || r.state !== 'past'),
    [rates.data, filters.all],
  );
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        <Button type="primary" onClick={() => setPublishing(true)}>
          {say('publish')}
        </Button>
      }
    >
      <Panel flush>
        <RateTable
          rows={rows}
          error={rates.error}
          retry={() => void rates.refetch()}
          filters={
            <span className="row" style={{ gap: 6 }}>
              <Switch
                size="small"
                checked={filters.all === '1'}
                aria-label={say('all')}
                onChange={(on) => set({ all: on ? '1' : undefined })}
              />
              {say('all')}
            </span>
          }
        />
      </Panel>
      <PublishModal open={publishing} close={() => setPublishing(false)} />
    </Page>
  );
}

function RateTable(props: {
  rows: Priced[] | undefined;
  error: unknown;
  retry: () => void;
  filters: React.ReactNode;
}) {
  const say = useRateWords();
  const unit = useRateUnit();
  const columns: Column<Priced>[] = [
    {
      key: 'placement',
      title: say('placement'),
      lead: true,
      width: '2fr',
      value: (row) => row.placementName,
    },
    { key: 'unit', title: say('unit'), value: (row) => unit(row.unit) },
    fenColumn('price', say('price'), (row) => row.priceFen),
    { key: 'from', title: say('from'), align: 'right', value: (row) => row.effectiveFrom },
    {
      key: 'state',
      title: say('state'),
      value: (row) => say(row.state),
      render: (row) => (
        <Mark tone={row.state === 'current' ? 'good' : row.state === 'future' ? 'busy' : 'quiet'}>
          {say(row.state)}
        </Mark>
      ),
    },
  ];
  return (
    <DataTable
      {...props}
      label={say('label')}
      columns={columns}
      rowKey={(row) => row.id}
      initialSort="placement"
      search
      exportAs="rate-card"
      empty={<Empty title={say('none')} hint={say('noneHint')} />}
    />
  );
}

interface Values {
  placementId: number;
  unit: Rate['unit'];
  priceFen: number;
  effectiveFrom: Dayjs;
}

const UNITS = ['CPM', 'CPT', 'CPD_DAY', 'SPOT', 'POST'] as const;

function PublishModal(props: { open: boolean; close: () => void }) {
  const say = useRateWords();
  const unit = useRateUnit();
  const language = useLanguage();
  const placements = usePlacements();
  const [form] = Form.useForm<Values>();
  const publish = useChange({
    run: (values: Values, key) => {
      const effectiveFrom = values.effectiveFrom.format('YYYY-MM-DD');
      return read(api['rate-cards'].$post({ json: { ...values, effectiveFrom } }, once(key)));
    },
    refresh: [RATES],
    say: say('published'),
    done: () => {
      form.resetFields();
      props.close();
    },
    failed: (error) => showInForm(form, error, language),
  });
  const required = { required: true, message: say('required') };
  return (
    <Modal
      open={props.open}
      title={say('publish')}
      okText={say('publish')}
      cancelText={say('cancel')}
      confirmLoading={publish.isPending}
      onOk={() => form.submit()}
      onCancel={props.close}
    >
      <Form
        form={form}
        name="rate"
        layout="vertical"
        initialValues={{ unit: 'CPD_DAY', effectiveFrom: dayjs(today()).add(1, 'day') }}
        onFinish={(values) => publish.mutate(values)}
      >
        <Form.Item name="placementId" label={say('placement')} rules={[required]}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            options={placements.data?.map((row) => ({
              value: row.id,
              label: `${row.propertyName} · ${row.name}`,
            }))}
          />
        </Form.Item>
        <Form.Item name="unit" label={say('unit')} rules={[required]}>
          <Select options={UNITS.map((value) => ({ value, label: unit(value) }))} />
        </Form.Item>
        <Form.Item
          name="priceFen"
          label={say('price')}
          rules={[{ required: true, type: 'number', min: 1, max: 1e9, message: say('priceWrong') }]}
        >
          <YuanInput unit={say('yuan')} />
        </Form.Item>
        <Form.Item name="effectiveFrom" label={say('from')} rules={[required]}>
          <DatePicker minDate={dayjs(today())} style={{ width: '100%' }} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
