/** Segments of readers: how many, from where, on what basis, until when; made here, filled and deleted in the sheet. */

import { useFilters } from '../../lib/filters.ts';
import { count } from '../../lib/format.ts';
import { optionsOf } from '../../ui/choice.ts';
import type { Column } from '../../ui/column.ts';
import { instantColumn, markColumn, nameColumn } from '../../ui/columns.tsx';
import { ListScreen } from '../../ui/listScreen.tsx';
import { AudienceForm } from './audienceForm.tsx';
import { AudienceSheet } from './audienceSheet.tsx';
import { AUDIENCE_KINDS, AUDIENCE_TONES, type Audience, useAudiences } from './data.ts';
import { useDefinition } from './definition.ts';
import { useAudienceWords } from './words.ts';

export function Audiences() {
  const say = useAudienceWords();
  const { filters, set } = useFilters();
  const list = useAudiences();
  const edited = list.data?.find((row) => String(row.id) === filters.edit);
  return (
    <ListScreen
      title={say('title')}
      hint={say('hint')}
      label={say('title')}
      query={list}
      columns={useColumns()}
      create={{ label: say('new'), run: () => set({ edit: 'new' }) }}
      choices={[
        {
          param: 'kind',
          label: say('kind'),
          all: say('all'),
          options: optionsOf(AUDIENCE_KINDS, say),
          of: (row) => row.kind,
        },
      ]}
      none={{ title: say('none'), hint: say('noneHint') }}
      exportAs="audiences"
      param="audience"
      sheet={{
        size: 620,
        title: (row) => row?.name,
        body: (row) => (
          <AudienceSheet
            audience={row}
            edit={() => set({ audience: undefined, edit: String(row.id) })}
          />
        ),
      }}
    >
      <AudienceForm
        open={filters.edit === 'new' || edited !== undefined}
        audience={edited}
        close={() => set({ edit: undefined })}
        done={(id) => set({ edit: undefined, audience: String(id) })}
      />
    </ListScreen>
  );
}

function useColumns(): Column<Audience>[] {
  const say = useAudienceWords();
  const definition = useDefinition();
  return [
    nameColumn(say('name'), (row) => row.name, { width: '1.3fr' }),
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
    markColumn(
      say('status'),
      (row) => say(row.status),
      (row) => AUDIENCE_TONES[row.status],
      { width: '100px' },
    ),
    instantColumn('refreshed', say('refreshed'), (row) => row.refreshedAt, { hideOnPhone: true }),
  ];
}
