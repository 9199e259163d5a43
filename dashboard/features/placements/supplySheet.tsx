/** An outlet's placements by spreadsheet, and what would be made of them. */
import { Drawer } from 'antd';
import { useOutletId } from '../../lib/acting.ts';
import { type Answer, api } from '../../lib/client.ts';
import { useFormatLabel, usePropertyKindLabel } from '../../lib/labels.ts';
import type { Column } from '../../ui/column.ts';
import { DataTable } from '../../ui/dataTable.tsx';
import { Mark } from '../../ui/page.tsx';
import { SheetIntake } from '../../ui/sheetIntake.tsx';
import { PLACEMENTS, PROPERTIES, RATES } from './data.ts';
import { useSheetWords } from './sheetWords.ts';

const supply = api.imports.supply;
type Item = Answer<Awaited<ReturnType<typeof supply.$post>>>['items'][number];

export function SupplySheet({ open, close }: { open: boolean; close: () => void }) {
  const say = useSheetWords();
  const outletId = useOutletId();
  return (
    <Drawer open={open} onClose={close} size={720} title={say('title')} destroyOnHidden>
      <SheetIntake<Item>
        path="/api/imports/supply"
        fields={{ outletId: String(outletId) }}
        template={{
          hint: say('templateHint'),
          name: 'placements',
          fetch: (as) => supply.template.$get({ query: { as } }),
        }}
        refresh={[PLACEMENTS, PROPERTIES, RATES]}
        done={close}
      >
        {({ items }) => <Items rows={items} />}
      </SheetIntake>
    </Drawer>
  );
}

function Items({ rows }: { rows: Item[] }) {
  const say = useSheetWords();
  const format = useFormatLabel();
  const kind = usePropertyKindLabel();
  const columns: Column<Item>[] = [
    { key: 'name', title: say('name'), lead: true, width: '1.5fr', value: (row) => row.name },
    { key: 'format', title: say('format'), value: (row) => format(row.format) },
    {
      key: 'property',
      title: say('property'),
      width: '2fr',
      value: (row) => row.propertyName,
      render: (row) => (
        <>
          {row.propertyName} <span className="faint">{kind(row.kind)}</span>{' '}
          {row.newProperty && <Mark tone="busy">{say('new')}</Mark>}
        </>
      ),
    },
  ];
  return (
    <DataTable
      rows={rows}
      columns={columns}
      rowKey={(row) => `${row.propertyName} ${row.name}`}
      label={say('itemLabel')}
      urlKey="i_"
      maxHeight={320}
    />
  );
}
