/** The console's own table over 50,000 rows, in a page of its own: what `npm run bench -- console` works at. */
import { createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { App, ConfigProvider } from 'antd';
import { createRoot } from 'react-dom/client';
import { readSearch } from '../../../dashboard/lib/filters.ts';
import type { Column } from '../../../dashboard/ui/column.ts';
import { DataTable } from '../../../dashboard/ui/dataTable.tsx';
import { Mark, Money } from '../../../dashboard/ui/page.tsx';
import { antdTheme, applyTokens } from '../../../dashboard/ui/theme.ts';
import '../../../dashboard/app/styles.css';

interface Row {
  id: number;
  name: string;
  county: string;
  spent: bigint;
  active: boolean;
}

const COUNT = 50_000;
const COUNTIES = ['临安', '义乌', '桐乡', '海宁', '诸暨', '余姚', '慈溪', '温岭', '青田', '云和'];
/** Fixed, so that every run sorts and searches the same. */
const mixed = (n: number) => (n * 2_654_435_761) % 4_294_967_296;
const rows: Row[] = Array.from({ length: COUNT }, (_, id) => ({
  id,
  name: `投放单元 ${mixed(id) % 100_000}`,
  county: COUNTIES[mixed(id) % COUNTIES.length] ?? '',
  spent: BigInt(mixed(id + 7)),
  active: mixed(id) % 3 > 0,
}));

const columns: Column<Row>[] = [
  { key: 'name', title: '名称', lead: true, width: '2fr', value: (row) => row.name },
  { key: 'county', title: '县', value: (row) => row.county },
  {
    key: 'spent',
    title: '消耗',
    align: 'right',
    value: (row) => row.spent,
    render: (row) => <Money microCny={row.spent} />,
  },
  {
    key: 'status',
    title: '状态',
    value: (row) => String(row.active),
    render: (row) => (
      <Mark tone={row.active ? 'good' : 'quiet'}>{row.active ? '在投' : '暂停'}</Mark>
    ),
  },
  { key: 'id', title: '编号', align: 'right', value: (row) => row.id },
];

const Table = () => (
  <DataTable
    rows={rows}
    columns={columns}
    rowKey={(row) => row.id}
    label="五万行"
    onOpen={() => {}}
    search
    exportAs="rows"
  />
);

applyTokens(document.documentElement);
const routeTree = createRootRoute({ validateSearch: readSearch, component: Table });
const router = createRouter({ routeTree });
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <ConfigProvider theme={antdTheme}>
      <App>
        <RouterProvider router={router as never} />
      </App>
    </ConfigProvider>,
  );
}
