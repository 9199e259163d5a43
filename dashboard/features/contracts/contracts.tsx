/** The book of contracts: every version, whom it pays what, since when and until when; drafts wait here for their second person. */
import { addDays } from '../../../db/terms/day.ts';
import { useFilters } from '../../lib/filters.ts';
import { type Me, useMe } from '../../lib/me.ts';
import { optionsOf } from '../../ui/choice.ts';
import type { Column } from '../../ui/column.ts';
import { markColumn, moneyColumn, nameColumn } from '../../ui/columns.tsx';
import { ListScreen } from '../../ui/listScreen.tsx';
import { Figure, Figures, Money } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';
import {
  percentOf,
  STANDING_TONES,
  STANDINGS,
  shareOf,
  standingOf,
  useContracts,
  type Version,
} from './data.ts';
import { Days } from './days.tsx';
import { DraftForm, NextForm } from './draftForm.tsx';
import { ContractSheet } from './sheet.tsx';
import { useContractWords } from './words.ts';

const ENDING_DAYS = 30;

export function Contracts() {
  const say = useContractWords();
  const me = useMe();
  const { filters, set } = useFilters();
  const list = useContracts();
  const platform = me.kind === 'platform';
  const { contract } = filters;
  const base = list.data?.find(({ id }) => String(id) === contract);
  return (
    <ListScreen<Version>
      title={say('title')}
      hint={say(platform ? 'hint' : 'hintOutlet')}
      label={say('label')}
      figures={platform && list.data && <Summary rows={list.data} />}
      query={list}
      columns={useColumns(me)}
      choices={[
        {
          param: 'status',
          label: say('status'),
          all: say('allStatuses'),
          options: optionsOf(STANDINGS, say),
          of: (row) => standingOf(row),
        },
      ]}
      {...(platform ? { create: { label: say('new'), run: () => set({ contract: 'new' }) } } : {})}
      none={{ title: say('none'), hint: say(platform ? 'noneHint' : 'noneHintOutlet') }}
      exportAs="contracts"
      param="contract"
      sheet={{
        size: 720,
        title: (row) => row && `${row.name} · ${say('version', { n: row.number })}`,
        body: (row) => <ContractSheet version={row} all={list.data ?? []} />,
      }}
    >
      {platform && (
        <>
          <DraftForm open={contract === 'new'} close={() => set({ contract: undefined })} />
          <NextForm
            base={filters.edit === 'next' ? base : undefined}
            close={() => set({ edit: undefined })}
            made={(id) => set({ edit: undefined, contract: String(id) })}
          />
        </>
      )}
    </ListScreen>
  );
}

function Summary({ rows }: { rows: readonly Version[] }) {
  const say = useContractWords();
  const soon = addDays(today(), ENDING_DAYS);
  const among = (standing: string) => rows.filter((row) => standingOf(row) === standing);
  const drafts = among('draft').length;
  const ending = among('inForce').filter(({ effectiveTo }) => (effectiveTo ?? '9') <= soon).length;
  return (
    <Figures>
      <Figure label={say('draft')} value={drafts} tone={drafts > 0 ? 'warn' : 'plain'} />
      <Figure label={say('inForce')} value={among('inForce').length} />
      <Figure label={say('upcoming')} value={among('upcoming').length} />
      <Figure label={say('ending', { n: ENDING_DAYS })} value={ending} />
    </Figures>
  );
}

function useColumns(me: Me): Column<Version>[] {
  const say = useContractWords();
  const platform = me.kind === 'platform';
  const share = (row: Version) => shareOf(row, platform ? [row.outletId] : me.outletIds);
  const outlet: Column<Version> = {
    key: 'outlet',
    title: say('outlet'),
    width: '1.4fr',
    value: (row) => row.outletName,
  };
  return [
    nameColumn(say('name'), (row) => row.name, { width: '2fr' }),
    {
      key: 'number',
      title: say('number'),
      width: '90px',
      value: (row) => row.number,
      render: (row) => say('version', { n: row.number }),
    },
    // Whose a row is, a press group is told by the list itself.
    ...(platform || me.outletIds.length === 1 ? [outlet] : []),
    {
      key: 'place',
      title: say('place'),
      width: '0.9fr',
      value: (row) => row.place?.name ?? say('wholeOutlet'),
    },
    {
      key: 'days',
      title: say('days'),
      width: '200px',
      value: (row) => row.effectiveFrom,
      render: (row) => <Days version={row} />,
    },
    {
      key: 'share',
      title: say(platform ? 'outletShare' : 'ownShare'),
      align: 'right',
      width: '140px',
      value: share,
      render: (row) => (
        <span className="number">
          {percentOf(share(row))}
          {row.tiers.length > 1 && (
            <span className="faint small"> {say('tierCount', { n: row.tiers.length })}</span>
          )}
        </span>
      ),
    },
    moneyColumn('minimum', say('minimum'), (row) => row.minimumMonthlyMicroCny, {
      width: '130px',
      hideOnPhone: true,
      render: ({ minimumMonthlyMicroCny: least }) =>
        BigInt(least) > 0n ? <Money microCny={least} /> : '—',
    }),
    markColumn(
      say('status'),
      (row) => say(standingOf(row)),
      (row) => STANDING_TONES[standingOf(row)],
      { width: '110px' },
    ),
  ];
}
