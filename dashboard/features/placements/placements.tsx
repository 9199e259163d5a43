/** An outlet's placements: what it sells, at which floor, and whether it sells at all. */
import { Button, Select, Switch } from 'antd';
import { useState } from 'react';
import { api, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { fenMoney } from '../../lib/format.ts';
import { useFormatLabel, usePropertyKindLabel } from '../../lib/labels.ts';
import { useChange } from '../../lib/queries.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { PLACEMENTS, type Placement, sizesText, usePlacements } from './data.ts';
import { PlacementDrawer } from './placementDrawer.tsx';
import { PropertyModal } from './propertyModal.tsx';
import { useSheetWords } from './sheetWords.ts';
import { SupplySheet } from './supplySheet.tsx';
import { usePlacementWords } from './words.ts';

export function Placements() {
  const say = usePlacementWords();
  const sheet = useSheetWords();
  const { filters, set } = useFilters();
  const [addsProperty, setAddsProperty] = useState(false);
  const list = usePlacements();
  const opened =
    filters.placement === 'new'
      ? 'new'
      : list.data?.find((row) => String(row.id) === filters.placement);
  const open = (placement: string | undefined) => set({ placement });
  const shown = list.data?.filter((row) => !filters.format || row.format === filters.format);
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        <>
          <Button onClick={() => set({ sheet: '1' })}>{sheet('import')}</Button>
          <Button onClick={() => setAddsProperty(true)}>{say('newProperty')}</Button>
          <Button type="primary" onClick={() => open('new')}>
            {say('new')}
          </Button>
        </>
      }
    >
      <Panel flush>
        <PlacementTable
          rows={shown}
          error={list.error}
          retry={() => void list.refetch()}
          open={(row) => open(String(row.id))}
        />
      </Panel>
      <PlacementDrawer
        placement={opened}
        close={() => open(undefined)}
        made={(id) => open(String(id))}
      />
      <SupplySheet open={filters.sheet === '1'} close={() => set({ sheet: undefined })} />
      <PropertyModal open={addsProperty} close={() => setAddsProperty(false)} />
    </Page>
  );
}

function PlacementTable(props: {
  rows: Placement[] | undefined;
  error: unknown;
  retry: () => void;
  open: (row: Placement) => void;
}) {
  const say = usePlacementWords();
  const format = useFormatLabel();
  const kind = usePropertyKindLabel();
  const columns: Column<Placement>[] = [
    { key: 'name', title: say('name'), lead: true, width: '1.5fr', value: (row) => row.name },
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
    {
      key: 'floor',
      title: `${say('floor')} (${say('floorUnit')})`,
      align: 'right',
      width: '150px',
      value: (row) => row.floorCpmFen,
      render: (row) => fenMoney(row.floorCpmFen),
    },
    {
      key: 'status',
      title: say('status'),
      width: '120px',
      value: (row) => row.status,
      render: (row) => <OnSale row={row} />,
    },
    { key: 'id', title: say('id'), align: 'right', width: '90px', value: (row) => row.id },
  ];
  return (
    <DataTable
      rows={props.rows}
      error={props.error}
      retry={props.retry}
      label={say('label')}
      columns={columns}
      rowKey={(row) => row.id}
      onOpen={props.open}
      search
      filters={<FormatFilter />}
      exportAs="placements"
      empty={<Empty title={say('none')} hint={say('noneHint')} />}
    />
  );
}

function FormatFilter() {
  const say = usePlacementWords();
  const label = useFormatLabel();
  const { filters, set } = useFilters();
  const formats = ['banner', 'native', 'video', 'splash', 'audio', 'dooh', 'post', 'spot', 'print'];
  return (
    <Select
      allowClear
      style={{ width: 130 }}
      aria-label={say('format')}
      placeholder={say('allFormats')}
      value={filters.format ?? null}
      options={formats.map((value) => ({ value, label: label(value) }))}
      onChange={(value) => set({ format: value ?? undefined })}
    />
  );
}

/** Flips at once and back again if the server refuses. */
function OnSale({ row }: { row: Placement }) {
  const say = usePlacementWords();
  const [wanted, setWanted] = useState<boolean>();
  const edit = useChange({
    run: (on: boolean) =>
      read(
        api.placements[':id'].$patch({
          param: { id: String(row.id) },
          json: { version: row.version, status: on ? 'active' : 'paused' },
        }),
      ),
    refresh: [PLACEMENTS],
    say: say('saved'),
    failed: () => {
      setWanted(undefined);
      return false;
    },
  });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keeps a switch's click from opening its row
    // biome-ignore lint/a11y/useKeyWithClickEvents: the switch itself takes the keys
    <span onClick={(event) => event.stopPropagation()}>
      <Switch
        size="small"
        checked={wanted ?? row.status === 'active'}
        aria-label={`${row.name} ${say('status')}`}
        onChange={(on) => {
          setWanted(on);
          edit.mutate(on);
        }}
      />{' '}
      <span className="faint small">
        {say((wanted ?? row.status === 'active') ? 'active' : 'paused')}
      </span>
    </span>
  );
}
