/** What a sheet's preview found: the wrong cells, or what would be made. */
import { Alert } from 'antd';
import type { Answer, api } from '../../lib/client.ts';
import { useFormatLabel, usePropertyKindLabel } from '../../lib/labels.ts';
import type { FieldProblem } from '../../lib/problem.ts';
import { said, useLanguage } from '../../lib/words.ts';
import type { Column } from '../../ui/column.ts';
import { DataTable } from '../../ui/dataTable.tsx';
import { Mark } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { useSheetWords } from './sheetWords.ts';

export type Taken = Answer<Awaited<ReturnType<typeof api.imports.supply.$post>>>;

type Found = Pick<Taken, 'rows' | 'faults' | 'items'>;

export function SheetFound({ found }: { found: Found }) {
  const say = useSheetWords();
  const n = found.faults.length;
  if (n > 0) {
    return (
      <section className="stack" style={{ gap: 8 }}>
        <Alert type="error" showIcon title={say('faults', { n })} description={say('faultsHint')} />
        <Faults rows={found.faults} />
      </section>
    );
  }
  if (found.rows === 0) return <Empty title={say('noRows')} hint={say('noRowsHint')} />;
  return (
    <section className="stack" style={{ gap: 8 }}>
      <Alert type="success" showIcon title={say('fits', { n: found.rows })} />
      <Items rows={found.items} />
    </section>
  );
}

/** Every message names its cell, and is shown in full. */
function Faults({ rows }: { rows: FieldProblem[] }) {
  const say = useSheetWords();
  const language = useLanguage();
  return (
    <ul aria-label={say('faultLabel')} style={{ margin: 0, paddingInlineStart: 20 }}>
      {rows.map((row) => (
        <li key={`${row.pointer} ${row.en}`} style={{ overflowWrap: 'anywhere' }}>
          {said(row, language)}
        </li>
      ))}
    </ul>
  );
}

type Item = Taken['items'][number];

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
