/** The vault of papers, for the advertiser who files them and the desk that checks them: what ends, what waits, what holds. */

import dayjs from 'dayjs';
import { useFilters } from '../../lib/filters.ts';
import { useMe } from '../../lib/me.ts';
import { useAdvertisers } from '../../lib/parties.ts';
import { optionsOf } from '../../ui/choice.ts';
import type { Column } from '../../ui/column.ts';
import { instantColumn, markColumn } from '../../ui/columns.tsx';
import { ListScreen } from '../../ui/listScreen.tsx';
import { Figure, Figures } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';
import { type Paper, STANDING_TONES, STANDINGS, standingOf, usePapers } from './data.ts';
import { PaperForm } from './paperForm.tsx';
import { PaperSheet } from './paperSheet.tsx';
import { usePaperWords } from './words.ts';

export function Papers() {
  const say = usePaperWords();
  const desk = useMe().kind === 'platform';
  const { filters, set } = useFilters();
  const list = usePapers();
  const create = { label: say('new'), run: () => set({ paper: 'new' }) };
  return (
    <ListScreen
      title={say('title')}
      hint={say(desk ? 'hintDesk' : 'hintBuyer')}
      label={say('label')}
      figures={list.data && list.data.length > 0 && <Summary rows={list.data} />}
      query={list}
      columns={useColumns(desk)}
      {...(desk ? {} : { create })}
      choices={[
        {
          param: 'status',
          label: say('status'),
          all: say('all'),
          options: optionsOf(STANDINGS, say),
          of: standingOf,
        },
      ]}
      none={{ title: say('none'), hint: say(desk ? 'noneDesk' : 'noneHint') }}
      exportAs="papers"
      param="paper"
      sheet={{
        size: 540,
        title: (row) => row && `${say(row.kind)} ${row.number}`,
        body: (row) => <PaperSheet paper={row} />,
      }}
    >
      {!desk && (
        <PaperForm open={filters.paper === 'new'} close={() => set({ paper: undefined })} />
      )}
    </ListScreen>
  );
}

function Summary({ rows }: { rows: readonly Paper[] }) {
  const say = usePaperWords();
  const count = (standing: string) => rows.filter((row) => standingOf(row) === standing).length;
  const figure = (standing: 'pending' | 'ending' | 'expired', tone: 'warn' | 'bad') => (
    <Figure
      label={say(standing)}
      value={count(standing)}
      tone={count(standing) > 0 ? tone : 'plain'}
      note={standing === 'ending' ? say('endingNote') : undefined}
    />
  );
  return (
    <Figures>
      {figure('pending', 'warn')}
      {figure('ending', 'warn')}
      {figure('expired', 'bad')}
      <Figure label={say('verified')} value={count('verified')} />
    </Figures>
  );
}

function useColumns(desk: boolean): Column<Paper>[] {
  const say = usePaperWords();
  const left = useDaysLeft();
  const advertisers = useAdvertisers();
  const nameOf = (id: number) => advertisers.data?.find((row) => row.id === id)?.name ?? `#${id}`;
  const advertiser: Column<Paper> = {
    key: 'advertiser',
    title: say('advertiser'),
    width: '1.5fr',
    value: (row) => nameOf(row.advertiserId),
  };
  return [
    {
      key: 'number',
      title: say('number'),
      lead: true,
      width: '1.4fr',
      value: (row) => row.number,
    },
    { key: 'kind', title: say('kind'), width: '1.1fr', value: (row) => say(row.kind) },
    ...(desk ? [advertiser] : []),
    {
      key: 'until',
      title: say('validUntil'),
      width: '200px',
      value: (row) => row.validUntil,
      render: (row) => (
        <>
          <span className="number">{row.validUntil ?? say('noEnd')}</span>{' '}
          <span className="faint small">{left(row)}</span>
        </>
      ),
    },
    markColumn(
      say('status'),
      (row) => say(standingOf(row)),
      (row) => STANDING_TONES[standingOf(row)],
      { width: '110px' },
    ),
    instantColumn('filed', say('filedAt'), (row) => row.createdAt, { hideOnPhone: true }),
  ];
}

/** How far its end is, in words; nothing where it has none. */
function useDaysLeft(): (paper: Paper) => string {
  const say = usePaperWords();
  return ({ validUntil }) => {
    if (validUntil === null) return '';
    const n = dayjs(validUntil).diff(dayjs(today()), 'day');
    return n >= 0 ? say('daysLeft', { n }) : say('daysOver', { n: -n });
  };
}
