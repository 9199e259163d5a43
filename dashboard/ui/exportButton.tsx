/**
 * What a table shows, as a file: CSV (BOM, for any spreadsheet) or XLSX (figures as figures, money with two places).
 * The XLSX writer is fetched when first asked for.
 */
import { DownloadOutlined } from '@ant-design/icons';
import { App, Button, Dropdown } from 'antd';
import { useState } from 'react';
import { type CsvCell, csvText, download } from '../lib/csv.ts';
import { defineWords } from '../lib/words.ts';
import type { Column } from './column.ts';

const useWords = defineWords(
  {
    export: '导出',
    csv: 'CSV（通用）',
    xlsx: 'XLSX（Excel、WPS）',
    failed: '没能生成文件，请重试',
  },
  {
    export: 'Export',
    csv: 'CSV',
    xlsx: 'XLSX (Excel, WPS)',
    failed: 'The file was not made; try again',
  },
);

interface Props<Row> {
  name: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
}

export function ExportButton<Row>({ name, columns, rows }: Props<Row>) {
  const say = useWords();
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const told = columns.filter((column) => column.title !== '');
  const write = async (kind: string) => {
    setBusy(true);
    try {
      if (kind === 'csv') download(`${name}.csv`, csvOf(told, rows), 'text/csv;charset=utf-8');
      else download(`${name}.xlsx`, await xlsxOf(told, rows), XLSX_TYPE);
    } catch {
      void message.error(say('failed'));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dropdown
      trigger={['click']}
      disabled={rows.length === 0}
      menu={{
        items: [
          { key: 'csv', label: say('csv') },
          { key: 'xlsx', label: say('xlsx') },
        ],
        onClick: ({ key }) => void write(key),
      }}
    >
      <Button
        type="text"
        className="table-export"
        icon={<DownloadOutlined />}
        loading={busy}
        aria-label={say('export')}
        disabled={rows.length === 0}
      >
        <span className="table-export-text">{say('export')}</span>
      </Button>
    </Dropdown>
  );
}

/** bigint columns are µCNY: written in yuan with all six places, so that sums in a sheet stay exact. */
const yuan = (microCny: bigint): number => Number(microCny) / 1e6;

function csvOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const plain = (value: CsvCell | bigint): CsvCell =>
    typeof value === 'bigint' ? yuan(value) : value;
  const lines = rows.map((row) => columns.map((column) => plain(column.value(row))));
  return csvText([columns.map((column) => column.title), ...lines]);
}

const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

async function xlsxOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Promise<Blob> {
  const { default: writeXlsxFile } = await import('write-excel-file/browser');
  const cell = (value: CsvCell | bigint) => {
    if (typeof value === 'bigint') return { value: yuan(value), format: '#,##0.00' };
    return typeof value === 'number' ? { value } : { value: value == null ? '' : String(value) };
  };
  const heads = columns.map((column) => ({ value: column.title, fontWeight: 'bold' as const }));
  const lines = rows.map((row) => columns.map((column) => cell(column.value(row))));
  return await writeXlsxFile([heads, ...lines], {
    columns: columns.map((column) => ({ width: column.align === 'right' ? 16 : 22 })),
    stickyRowsCount: 1,
  }).toBlob();
}
