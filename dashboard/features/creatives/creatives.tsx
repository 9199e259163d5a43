/** An advertiser's creatives: how each looks to readers, and what review said of it. */
import { Button, Drawer, Select } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { instant } from '../../lib/format.ts';
import { useCategoryLabel, useFormatLabel, useStatusLabel } from '../../lib/labels.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Mark, Page, Panel, type Tone } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { CreativeDrawer } from './creativeDrawer.tsx';
import { type Creative, useCreatives } from './data.ts';
import { Sheet } from './sheet.tsx';
import { useCreativeWords } from './words.ts';

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
  const say = useCreativeWords();
  const label = useStatusLabel();
  const { filters, set } = useFilters();
  const creatives = useCreatives(STATUSES.find((status) => status === filters.status));
  const opened = creatives.data?.find((row) => String(row.id) === filters.creative);
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        <Button type="primary" onClick={() => set({ edit: 'new' })}>
          {say('new')}
        </Button>
      }
    >
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
          empty={
            <Empty
              title={say('none')}
              hint={say('noneHint')}
              action={<Button onClick={() => set({ edit: 'new' })}>{say('new')}</Button>}
            />
          }
        />
      </Panel>
      <Drawer
        open={opened !== undefined && !filters.edit}
        onClose={() => set({ creative: undefined })}
        size={460}
        title={opened?.name}
      >
        {opened && <Sheet creative={opened} edit={() => set({ edit: String(opened.id) })} />}
      </Drawer>
      <CreativeDrawer
        creative={filters.edit === 'new' ? 'new' : filters.edit ? opened : undefined}
        close={() => set({ edit: undefined })}
        done={(id) => set({ edit: undefined, creative: String(id) })}
      />
    </Page>
  );
}

function useColumns(): Column<Creative>[] {
  const say = useCreativeWords();
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
