/** An advertiser's creatives: how each looks to readers, and what review said of it. */

import { useFilters } from '../../lib/filters.ts';
import { useCategoryLabel, useFormatLabel, useStatusLabel } from '../../lib/labels.ts';
import { optionsOf } from '../../ui/choice.ts';
import type { Column } from '../../ui/column.ts';
import { instantColumn, markColumn, nameColumn } from '../../ui/columns.tsx';
import { ListScreen } from '../../ui/listScreen.tsx';
import type { Tone } from '../../ui/page.tsx';
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
  const list = useCreatives();
  const opened = list.data?.find((row) => String(row.id) === filters.creative);
  return (
    <ListScreen
      title={say('title')}
      hint={say('hint')}
      label={say('label')}
      query={list}
      columns={useColumns()}
      create={{ label: say('new'), run: () => set({ edit: 'new' }) }}
      choices={[
        {
          param: 'status',
          label: say('status'),
          all: say('all'),
          options: optionsOf(STATUSES, label),
          of: (row) => row.status,
        },
      ]}
      none={{ title: say('none'), hint: say('noneHint') }}
      exportAs="creatives"
      param="creative"
      sheet={{
        size: 460,
        title: (row) => row?.name,
        body: (row) => <Sheet creative={row} edit={() => set({ edit: String(row.id) })} />,
      }}
    >
      <CreativeDrawer
        creative={filters.edit === 'new' ? 'new' : filters.edit ? opened : undefined}
        close={() => set({ edit: undefined })}
        done={(id) => set({ edit: undefined, creative: String(id) })}
      />
    </ListScreen>
  );
}

function useColumns(): Column<Creative>[] {
  const say = useCreativeWords();
  const format = useFormatLabel();
  const category = useCategoryLabel();
  const label = useStatusLabel();
  return [
    nameColumn(say('name'), (row) => row.name, { width: '2fr' }),
    { key: 'format', title: say('format'), value: (row) => format(row.format) },
    { key: 'size', title: say('size'), value: sizeOf },
    { key: 'category', title: say('category'), value: (row) => category(row.category) },
    markColumn(
      say('status'),
      (row) => label(row.status),
      (row) => TONES[row.status],
    ),
    instantColumn('updated', say('updated'), (row) => row.updatedAt, { hideOnPhone: true }),
  ];
}
