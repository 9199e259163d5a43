/** The stop switch: takes an ad, an advertiser, a category or everything off the air, and shows who obeyed how fast. */
import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { CATEGORIES } from '../../../db/terms/market.ts';
import { type Answer, api, read } from '../../lib/client.ts';
import { useCountyBook } from '../../lib/divisions.ts';
import { instant } from '../../lib/format.ts';
import { useCategoryLabel } from '../../lib/labels.ts';
import { useMe } from '../../lib/me.ts';
import { showInForm } from '../../lib/problem.ts';
import { useChange } from '../../lib/queries.ts';
import { defineWords, useLanguage } from '../../lib/words.ts';
import { Asked } from '../../ui/asked.tsx';
import type { Column } from '../../ui/column.ts';
import { ListScreen } from '../../ui/listScreen.tsx';
import { Mark } from '../../ui/page.tsx';

const useWords = defineWords(
  {
    title: '紧急停投',
    hint: '一经下达，数秒内全网生效；每个节点与媒体的回执逐一记录',
    place: '下达停投',
    placed: '已下达',
    lift: '恢复',
    liftAsk: '恢复投放？',
    lifted: '已恢复',
    scope: '范围',
    all: '全部广告',
    category: '行业',
    advertiser: '广告主',
    creative: '创意',
    lineItem: '投放单元',
    subject: '对象编号',
    subjectWanted: '请填写对象',
    division: '地域（不选为全省）',
    reason: '原因',
    reasonWanted: '请写明原因，至少两个字；将记入审计日志',
    status: '状态',
    standing: '生效中',
    at: '下达时间',
    receipts: '回执',
    nodes: '{{n}} 个节点，最快 {{ms}} 毫秒',
    waiting: '等待节点回执',
    label: '停投记录',
    none: '没有停投',
    noneHint: '全网正常投放中。',
    confirmAll: '确认停止全部广告',
    confirmHint: '全省所有媒体上的广告将在数秒内停止。',
    cancel: '取消',
  },
  {
    title: 'Stop switch',
    hint: 'In effect everywhere within seconds; every node’s and outlet’s receipt is kept',
    place: 'Stop',
    placed: 'Stopped',
    lift: 'Lift',
    liftAsk: 'Let it run again?',
    lifted: 'Lifted',
    scope: 'What',
    all: 'All advertising',
    category: 'Category',
    advertiser: 'Advertiser',
    creative: 'Creative',
    lineItem: 'Line item',
    subject: 'Its number',
    subjectWanted: 'Say which',
    division: 'Where (empty: everywhere)',
    reason: 'Reason',
    reasonWanted: 'Say why, two letters at least; it goes to the audit log',
    status: 'Status',
    standing: 'In force',
    at: 'Since',
    receipts: 'Receipts',
    nodes: '{{n}} nodes, fastest {{ms}} ms',
    waiting: 'Waiting for the nodes',
    label: 'Stops',
    none: 'No stops',
    noneHint: 'Everything runs.',
    confirmAll: 'Stop all advertising',
    confirmHint: 'Every ad on every outlet stops within seconds.',
    cancel: 'Cancel',
  },
);

type Stop = Answer<Awaited<ReturnType<typeof api.stops.$get>>>['items'][number];
type NewStop = Parameters<typeof api.stops.$post>[0]['json'];
const STOPS = ['stops'];
const SCOPES = ['creative', 'lineItem', 'advertiser', 'category', 'all'] as const;

export function Stops() {
  const say = useWords();
  const [placing, setPlacing] = useState(false);
  const stops = useQuery({
    queryKey: STOPS,
    queryFn: async () => (await read(api.stops.$get())).items,
    refetchInterval: 5_000,
  });
  return (
    <ListScreen
      title={say('title')}
      hint={say('hint')}
      label={say('label')}
      actions={
        <Button type="primary" danger onClick={() => setPlacing(true)}>
          {say('place')}
        </Button>
      }
      query={stops}
      columns={useColumns()}
      none={{ title: say('none'), hint: say('noneHint') }}
      exportAs="stops"
    >
      <PlaceModal open={placing} close={() => setPlacing(false)} />
    </ListScreen>
  );
}

function useColumns(): Column<Stop>[] {
  const say = useWords();
  const category = useCategoryLabel();
  const language = useLanguage();
  const book = useCountyBook();
  const subject = (row: Stop) =>
    row.scope === 'category' ? category(row.subject ?? '') : (row.subject ?? '');
  const place = (row: Stop) => {
    const division = book.data?.byCode.get(row.divisionCode ?? '');
    return division ? (language === 'zh' ? division.nameZh : division.nameEn) : '';
  };
  return [
    {
      key: 'scope',
      title: say('scope'),
      lead: true,
      width: '1.3fr',
      value: (row) => `${say(row.scope)} ${subject(row)} ${place(row)}`,
    },
    { key: 'reason', title: say('reason'), width: '2fr', value: (row) => row.reason },
    {
      key: 'at',
      title: say('at'),
      width: '170px',
      value: (row) => row.createdAt,
      render: (row) => <span className="number">{instant(row.createdAt, true)}</span>,
    },
    {
      key: 'receipts',
      title: say('receipts'),
      width: '1.2fr',
      value: (row) => row.receipts.length,
      render: (row) => {
        const nodes = row.receipts.filter((receipt) => receipt.kind === 'node');
        const ms = Math.min(...nodes.map((node) => node.delayMs));
        return nodes.length > 0 ? say('nodes', { n: nodes.length, ms }) : say('waiting');
      },
    },
    {
      key: 'status',
      title: say('status'),
      width: '120px',
      value: (row) => (row.liftedAt ? say('lifted') : say('standing')),
      render: (row) => (
        <Mark tone={row.liftedAt ? 'quiet' : 'bad'}>
          {say(row.liftedAt ? 'lifted' : 'standing')}
        </Mark>
      ),
    },
    { key: 'lift', title: '', width: '90px', value: () => '', render: (row) => <Lift row={row} /> },
  ];
}

function Lift({ row }: { row: Stop }) {
  const say = useWords();
  const me = useMe();
  const lift = useChange({
    run: () => api.stops[':id'].lift.$post({ param: { id: String(row.id) } }),
    refresh: [STOPS],
    say: say('lifted'),
  });
  if (row.liftedAt || me.kind !== 'platform') return null;
  return (
    <Asked
      label={say('lift')}
      ask={say('liftAsk')}
      size="small"
      run={() => lift.mutateAsync(undefined)}
    />
  );
}

function PlaceModal(props: { open: boolean; close: () => void }) {
  const say = useWords();
  const language = useLanguage();
  const category = useCategoryLabel();
  const book = useCountyBook();
  const [form] = Form.useForm<NewStop>();
  const scope = Form.useWatch('scope', form);
  const place = useChange({
    run: (json: NewStop) => read(api.stops.$post({ json })),
    refresh: [STOPS],
    say: say('placed'),
    done: () => {
      form.resetFields();
      props.close();
    },
    failed: (error) => showInForm(form, error, language),
  });
  return (
    <Modal
      open={props.open}
      title={say('place')}
      okText={say(scope === 'all' ? 'confirmAll' : 'place')}
      okButtonProps={{ danger: true, loading: place.isPending }}
      cancelText={say('cancel')}
      onOk={() => form.submit()}
      onCancel={props.close}
    >
      <Form
        form={form}
        name="stop"
        layout="vertical"
        initialValues={{ scope: 'creative' }}
        onFinish={(values) => place.mutate({ ...values, subject: values.subject || null })}
      >
        <Form.Item name="scope" label={say('scope')} extra={scope === 'all' && say('confirmHint')}>
          <Select options={SCOPES.map((value) => ({ value, label: say(value) }))} />
        </Form.Item>
        {scope !== 'all' && (
          <Form.Item
            name="subject"
            label={scope === 'category' ? say('category') : say('subject')}
            rules={[{ required: true, message: say('subjectWanted') }]}
          >
            {scope === 'category' ? (
              <Select options={CATEGORIES.map((value) => ({ value, label: category(value) }))} />
            ) : (
              <Input inputMode="numeric" />
            )}
          </Form.Item>
        )}
        <Form.Item name="divisionCode" label={say('division')}>
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            options={[...(book.data?.byCode.values() ?? [])].map((division) => ({
              value: division.code,
              label: `${language === 'zh' ? division.nameZh : division.nameEn} ${division.code}`,
            }))}
          />
        </Form.Item>
        <Form.Item
          name="reason"
          label={say('reason')}
          rules={[{ required: true, min: 2, whitespace: true, message: say('reasonWanted') }]}
        >
          <Input.TextArea rows={3} maxLength={500} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
