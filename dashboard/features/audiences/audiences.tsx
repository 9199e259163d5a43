/** Segments of readers: how many, from where, on what basis, until when; made here, filled and deleted in the sheet. */
import { Button, Drawer, Select } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { count, instant } from '../../lib/format.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Mark, Page, Panel } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { AudienceForm } from './audienceForm.tsx';
import { AudienceSheet } from './audienceSheet.tsx';
import { AUDIENCE_KINDS, AUDIENCE_TONES, type Audience, useAudiences } from './data.ts';
import { useAudienceWords, useContentLabel } from './words.ts';

export function Audiences() {
  const say = useAudienceWords();
  const { filters, set } = useFilters();
  const list = useAudiences();
  const shown = list.data?.filter((row) => !filters.kind || row.kind === filters.kind);
  const opened = list.data?.find((row) => String(row.id) === filters.audience);
  const edited = list.data?.find((row) => String(row.id) === filters.edit);
  const begin = () => set({ edit: 'new' });
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        <Button type="primary" onClick={begin}>
          {say('new')}
        </Button>
      }
    >
      <Panel flush>
        <DataTable
          rows={shown}
          error={list.error}
          retry={() => void list.refetch()}
          columns={useColumns()}
          rowKey={(row) => row.id}
          label={say('title')}
          current={opened?.id}
          onOpen={(row) => set({ audience: String(row.id) })}
          search
          exportAs="audiences"
          filters={
            <Select
              allowClear
              style={{ width: 140 }}
              aria-label={say('kind')}
              placeholder={say('all')}
              value={filters.kind ?? null}
              options={AUDIENCE_KINDS.map((value) => ({ value, label: say(value) }))}
              onChange={(kind) => set({ kind: kind ?? undefined })}
            />
          }
          empty={
            <Empty
              title={say('none')}
              hint={say('noneHint')}
              action={<Button onClick={begin}>{say('new')}</Button>}
            />
          }
        />
      </Panel>
      <Drawer
        open={opened !== undefined}
        onClose={() => set({ audience: undefined })}
        size={620}
        title={opened?.name}
      >
        {opened && (
          <AudienceSheet
            key={opened.id}
            audience={opened}
            edit={() => set({ audience: undefined, edit: String(opened.id) })}
          />
        )}
      </Drawer>
      <AudienceForm
        open={filters.edit === 'new' || edited !== undefined}
        audience={edited}
        close={() => set({ edit: undefined })}
        done={(id) => set({ edit: undefined, audience: String(id) })}
      />
    </Page>
  );
}

/** Who is in it, in words. */
export function useDefinition(): (audience: Audience) => string {
  const say = useAudienceWords();
  const label = useContentLabel();
  return ({ definition }) => {
    if ('action' in definition) {
      const { action, withinDays, atLeast } = definition;
      return say('saysAction', { action: say(action), days: withinDays, n: atLeast });
    }
    if ('categories' in definition) {
      const { withinDays, atLeast, categories } = definition;
      const names = categories.map(label).join('、');
      return say('saysInterest', { days: withinDays, n: atLeast, categories: names });
    }
    return say('saysUpload');
  };
}

function useColumns(): Column<Audience>[] {
  const say = useAudienceWords();
  const definition = useDefinition();
  return [
    { key: 'name', title: say('name'), lead: true, width: '1.3fr', value: (row) => row.name },
    { key: 'kind', title: say('kind'), width: '110px', value: (row) => say(row.kind) },
    {
      key: 'definition',
      title: say('definition'),
      width: '1.8fr',
      value: definition,
      render: (row) => <span title={definition(row)}>{definition(row)}</span>,
      hideOnPhone: true,
    },
    {
      key: 'size',
      title: say('size'),
      align: 'right',
      width: '100px',
      value: (row) => row.size,
      render: (row) => count(row.size),
    },
    {
      key: 'expiry',
      title: say('expiry'),
      align: 'right',
      width: '110px',
      value: (row) => row.memberDays,
      render: (row) => say('days', { n: row.memberDays }),
    },
    {
      key: 'basis',
      title: say('basis'),
      width: '150px',
      value: (row) => say(row.consentBasis),
      render: (row) => <span title={row.consentNote}>{say(row.consentBasis)}</span>,
    },
    {
      key: 'status',
      title: say('status'),
      width: '100px',
      value: (row) => say(row.status),
      render: (row) => <Mark tone={AUDIENCE_TONES[row.status]}>{say(row.status)}</Mark>,
    },
    {
      key: 'refreshed',
      title: say('refreshed'),
      width: '150px',
      value: (row) => row.refreshedAt,
      render: ({ refreshedAt }) =>
        refreshedAt ? <span className="number">{instant(refreshedAt)}</span> : say('notYet'),
      hideOnPhone: true,
    },
  ];
}
