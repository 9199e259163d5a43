/** Reports made as files: how far each is, and its download. */
import { DownloadOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { api } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { count, instant } from '../../lib/format.ts';
import type { Column } from '../../ui/column.ts';
import { List } from '../../ui/list.tsx';
import { Mark } from '../../ui/page.tsx';
import { FILE_TONES, type ReportFile, useReportFiles } from './exportData.ts';
import { useExportWords } from './exportWords.ts';

const KIBIBYTE = 1024;
const size = (bytes: number): string =>
  bytes < KIBIBYTE * KIBIBYTE
    ? `${(bytes / KIBIBYTE).toFixed(1)} KB`
    : `${(bytes / KIBIBYTE / KIBIBYTE).toFixed(1)} MB`;

export function FileTable() {
  const say = useExportWords();
  const { set } = useFilters();
  return (
    <List
      label={say('exports')}
      query={useReportFiles()}
      columns={useColumns()}
      urlKey="f_"
      create={{ label: say('newExport'), run: () => set({ file: 'new' }) }}
      none={{ title: say('noExports'), hint: say('noExportsHint') }}
    />
  );
}

function useColumns(): Column<ReportFile>[] {
  const say = useExportWords();
  const state = (row: ReportFile) => {
    if (row.status === 'failed') return row.error ?? say('failed');
    return row.truncated ? say('truncated') : undefined;
  };
  return [
    { key: 'name', title: say('name'), lead: true, width: '1.8fr', value: (row) => row.name },
    {
      key: 'status',
      title: say('status'),
      width: '120px',
      value: (row) => say(row.status),
      render: (row) => (
        <span title={state(row)} role="status">
          <Mark tone={FILE_TONES[row.status]}>{say(row.status)}</Mark>
        </span>
      ),
    },
    {
      key: 'rows',
      title: say('rows'),
      align: 'right',
      value: (row) => row.rowCount,
      render: (row) => (row.rowCount === null ? '—' : count(row.rowCount)),
    },
    {
      key: 'size',
      title: say('size'),
      align: 'right',
      value: (row) => row.bytes,
      render: (row) => (row.bytes === null ? '—' : size(row.bytes)),
    },
    {
      key: 'requested',
      title: say('requested'),
      width: '150px',
      value: (row) => row.requestedAt,
      render: (row) => <span className="number">{instant(row.requestedAt)}</span>,
    },
    {
      key: 'until',
      title: say('until'),
      width: '150px',
      value: (row) => row.expiresAt,
      render: ({ expiresAt }) =>
        expiresAt ? <span className="number">{instant(expiresAt)}</span> : '—',
      hideOnPhone: true,
    },
    {
      key: 'download',
      title: say('download'),
      width: '120px',
      value: (row) => row.format,
      render: (row) =>
        row.status === 'ready' ? (
          <Button
            size="small"
            icon={<DownloadOutlined />}
            aria-label={say('downloadOf', { name: row.name, format: row.format.toUpperCase() })}
            href={api['report-exports'][':id'].file.$url({ param: { id: String(row.id) } }).href}
          >
            {row.format.toUpperCase()}
          </Button>
        ) : (
          <span className="faint">{row.format.toUpperCase()}</span>
        ),
    },
  ];
}
