/** An outlet's placements: what it sells, at which floor, and whether it sells at all. */

import { Button, Switch } from 'antd';
import { api, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { fenMoney } from '../../lib/format.ts';
import { useFormatLabel, usePropertyKindLabel } from '../../lib/labels.ts';
import { useChange } from '../../lib/queries.ts';
import { optionsOf } from '../../ui/choice.ts';
import type { Column } from '../../ui/column.ts';
import { fenColumn, nameColumn } from '../../ui/columns.tsx';
import { ListScreen } from '../../ui/listScreen.tsx';
import { PLACEMENTS, type Placement, sizesText, usePlacements } from './data.ts';
import { PlacementDrawer } from './placementDrawer.tsx';
import { PropertyForm } from './propertyForm.tsx';
import { useSheetWords } from './sheetWords.ts';
import { SupplySheet } from './supplySheet.tsx';
import { usePlacementWords } from './words.ts';

const FORMATS = ['banner', 'native', 'video', 'splash', 'audio', 'dooh', 'post', 'spot', 'print'];

export function Placements() {
  const say = usePlacementWords();
  const sheet = useSheetWords();
  const format = useFormatLabel();
  const { filters, set } = useFilters();
  const list = usePlacements();
  const opened =
    filters.placement === 'new'
      ? 'new'
      : list.data?.find((row) => String(row.id) === filters.placement);
  const open = (placement: string | undefined) => set({ placement });
  return (
    <ListScreen
      title={say('title')}
      hint={say('hint')}
      label={say('label')}
      actions={
        <>
          <Button onClick={() => set({ sheet: '1' })}>{sheet('import')}</Button>
          <Button onClick={() => set({ property: 'new' })}>{say('newProperty')}</Button>
        </>
      }
      create={{ label: say('new'), run: () => open('new') }}
      query={list}
      columns={useColumns()}
      choices={[
        {
          param: 'format',
          label: say('format'),
          all: say('allFormats'),
          options: optionsOf(FORMATS, format),
          of: (row) => row.format,
        },
      ]}
      none={{ title: say('none'), hint: say('noneHint') }}
      exportAs="placements"
      open={(row) => open(String(row.id))}
    >
      <PlacementDrawer
        placement={opened}
        close={() => open(undefined)}
        made={(id) => open(String(id))}
      />
      <SupplySheet open={filters.sheet === '1'} close={() => set({ sheet: undefined })} />
      <PropertyForm open={filters.property === 'new'} close={() => set({ property: undefined })} />
    </ListScreen>
  );
}

function useColumns(): Column<Placement>[] {
  const say = usePlacementWords();
  const format = useFormatLabel();
  const kind = usePropertyKindLabel();
  return [
    nameColumn(say('name'), (row) => row.name, { width: '1.5fr' }),
    {
      key: 'property',
      title: say('property'),
      width: '1.4fr',
      value: (row) => row.propertyName,
      render: (row) => (
        <>
          {row.propertyName} <span className="faint">{kind(row.propertyKind)}</span>
        </>
      ),
    },
    { key: 'format', title: say('format'), value: (row) => format(row.format) },
    {
      key: 'sizes',
      title: say('sizes'),
      value: (row) => sizesText(row.sizes) || say('anySize'),
      hideOnPhone: true,
    },
    fenColumn('floor', `${say('floor')} (${say('floorUnit')})`, (row) => row.floorCpmFen, {
      width: '150px',
      // What is only booked has none.
      render: ({ floorCpmFen }) => (floorCpmFen > 0 ? fenMoney(floorCpmFen) : '—'),
    }),
    {
      key: 'status',
      title: say('status'),
      width: '120px',
      value: (row) => say(row.status === 'active' ? 'active' : 'paused'),
      render: (row) => <OnSale row={row} />,
    },
    { key: 'id', title: say('id'), align: 'right', width: '90px', value: (row) => row.id },
  ];
}

const statusOf = (on: boolean) => (on ? ('active' as const) : ('paused' as const));

/** Flips at once and back again if the server refuses. */
function OnSale({ row }: { row: Placement }) {
  const say = usePlacementWords();
  const edit = useChange({
    run: (on: boolean) =>
      read(
        api.placements[':id'].$patch({
          param: { id: String(row.id) },
          json: { version: row.version, status: statusOf(on) },
        }),
      ),
    refresh: [PLACEMENTS],
    expect: (on) => [
      {
        queryKey: PLACEMENTS,
        as: (rows: Placement[]) =>
          rows.map((one) => (one.id === row.id ? { ...one, status: statusOf(on) } : one)),
      },
    ],
    say: say('saved'),
  });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keeps a switch's click from opening its row
    // biome-ignore lint/a11y/useKeyWithClickEvents: the switch itself takes the keys
    <span onClick={(event) => event.stopPropagation()}>
      <Switch
        size="small"
        checked={row.status === 'active'}
        aria-label={`${row.name} ${say('status')}`}
        disabled={edit.isPending}
        onChange={(on) => edit.mutate(on)}
      />{' '}
      <span className="faint small">{say(row.status === 'active' ? 'active' : 'paused')}</span>
    </span>
  );
}
