/** An advertiser's creatives: how each looks to readers, and what review said of it. */
import { Button, Drawer, Select } from 'antd';
import { api, once, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { instant } from '../../lib/format.ts';
import { useCategoryLabel, useFormatLabel, useStatusLabel } from '../../lib/labels.ts';
import { useChange } from '../../lib/queries.ts';
import { defineWords } from '../../lib/words.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Facts, Mark, Page, Panel, type Tone } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { CREATIVES, type Creative, useCreatives } from './data.ts';
import { CreativePreview } from './preview.tsx';

const useWords = defineWords(
  {
    title: '创意',
    hint: '在真实版面中预览；批准只对这一份内容有效，改动后需重新审核',
    label: '创意列表',
    name: '名称',
    format: '形式',
    size: '尺寸',
    category: '行业',
    status: '状态',
    updated: '更新时间',
    landing: '落地页',
    reject: '驳回原因',
    approvalNo: '审查批准文号',
    submit: '提交审核',
    submitted: '已提交审核',
    none: '还没有创意',
    noneHint: '上传素材并提交审核后，即可用于投放。',
    all: '全部状态',
    missing: '无',
  },
  {
    title: 'Creatives',
    hint: 'Seen in place; an approval holds for this very content, a change needs another',
    label: 'Creatives',
    name: 'Name',
    format: 'Format',
    size: 'Size',
    category: 'Category',
    status: 'Status',
    updated: 'Updated',
    landing: 'Landing page',
    reject: 'Why rejected',
    approvalNo: 'Approval number',
    submit: 'Submit for review',
    submitted: 'Submitted',
    none: 'No creatives yet',
    noneHint: 'Upload, submit for review, then use them in line items.',
    all: 'All statuses',
    missing: 'none',
  },
);

const TONES: Record<Creative['status'], Tone> = {
  draft: 'quiet',
  pending: 'busy',
  approved: 'good',
  rejected: 'bad',
  withdrawn: 'quiet',
};
const STATUSES = ['draft', 'pending', 'approved', 'rejected', 'withdrawn'] as const;
const sizeOf = (row: Creative) => (row.w && row.h ? `${row.w}×${row.h}` : '—');

export function Creatives() {
  const say = useWords();
  const label = useStatusLabel();
  const { filters, set } = useFilters();
  const creatives = useCreatives(STATUSES.find((status) => status === filters.status));
  const opened = creatives.data?.find((row) => String(row.id) === filters.creative);
  return (
    <Page title={say('title')} hint={say('hint')}>
      <Panel flush>
        <DataTable
          rows={creatives.data}
          error={creatives.error}
          retry={() => void creatives.refetch()}
          columns={useColumns()}
          rowKey={(row) => row.id}
          label={say('label')}
          current={opened?.id}
          onOpen={(row) => set({ creative: String(row.id) })}
          search
          exportAs="creatives"
          filters={
            <Select
              allowClear
              style={{ width: 130 }}
              aria-label={say('status')}
              placeholder={say('all')}
              value={filters.status ?? null}
              options={STATUSES.map((value) => ({ value, label: label(value) }))}
              onChange={(status) => set({ status: status ?? undefined })}
            />
          }
          empty={<Empty title={say('none')} hint={say('noneHint')} />}
        />
      </Panel>
      <Drawer
        open={opened !== undefined}
        onClose={() => set({ creative: undefined })}
        size={460}
        title={opened?.name}
      >
        {opened && <Sheet creative={opened} />}
      </Drawer>
    </Page>
  );
}

function useColumns(): Column<Creative>[] {
  const say = useWords();
  const format = useFormatLabel();
  const category = useCategoryLabel();
  const label = useStatusLabel();
  return [
    { key: 'name', title: say('name'), lead: true, width: '2fr', value: (row) => row.name },
    { key: 'format', title: say('format'), value: (row) => format(row.format) },
    { key: 'size', title: say('size'), value: sizeOf },
    { key: 'category', title: say('category'), value: (row) => category(row.category) },
    {
      key: 'status',
      title: say('status'),
      value: (row) => label(row.status),
      render: (row) => <Mark tone={TONES[row.status]}>{label(row.status)}</Mark>,
    },
    {
      key: 'updated',
      title: say('updated'),
      width: '150px',
      value: (row) => row.updatedAt,
      render: (row) => <span className="number">{instant(row.updatedAt)}</span>,
      hideOnPhone: true,
    },
  ];
}

function Sheet({ creative }: { creative: Creative }) {
  const say = useWords();
  const submit = useChange({
    run: (_: undefined, key) =>
      read(
        api.creatives[':id'].submission.$post(
          { param: { id: String(creative.id) }, json: { version: creative.version } },
          once(key),
        ),
      ),
    refresh: [CREATIVES],
    say: say('submitted'),
  });
  const size = creative.w && creative.h ? { w: creative.w, h: creative.h } : undefined;
  return (
    <div className="stack">
      <CreativePreview format={creative.format} content={creative.content} size={size} />
      <Facts
        items={[
          [say('landing'), creative.landingUrl],
          [say('approvalNo'), creative.approvalNo ?? say('missing')],
          ...(creative.status === 'rejected'
            ? ([[say('reject'), creative.rejectReason ?? say('missing')]] as const)
            : []),
        ]}
      />
      {(creative.status === 'draft' || creative.status === 'rejected') && (
        <Button type="primary" loading={submit.isPending} onClick={() => submit.mutate(undefined)}>
          {say('submit')}
        </Button>
      )}
    </div>
  );
}
