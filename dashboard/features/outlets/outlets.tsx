/** The platform's book of outlets: who they are, where, and the shares that their contracts give. */
import { useQuery } from '@tanstack/react-query';
import { Drawer, Popconfirm, Select, Switch } from 'antd';
import { TIERS } from '../../../db/terms/market.ts';
import { type Answer, api, read } from '../../lib/client.ts';
import { useCountyBook } from '../../lib/divisions.ts';
import { useFilters } from '../../lib/filters.ts';
import { useStatusLabel, useTierLabel } from '../../lib/labels.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import { useChange } from '../../lib/queries.ts';
import { useLanguage } from '../../lib/words.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Facts, Figure, Figures, Mark, Page, Panel } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Contracts } from './contracts.tsx';
import { useOutletWords } from './words.ts';

export type Outlet = Answer<Awaited<ReturnType<typeof api.outlets.$get>>>['items'][number];
const OUTLETS = ['outlets'];

export const useOutlets = () =>
  useQuery({
    queryKey: OUTLETS,
    queryFn: () =>
      everyPage((cursor) => read(api.outlets.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

export function Outlets() {
  const say = useOutletWords();
  const tier = useTierLabel();
  const { filters, set } = useFilters();
  const outlets = useOutlets();
  const shown = outlets.data?.filter((row) => !filters.tier || row.tier === filters.tier);
  const opened = outlets.data?.find((row) => String(row.id) === filters.outlet);
  return (
    <Page title={say('title')} hint={say('hint')}>
      {outlets.data && (
        <Figures>
          {TIERS.map((one) => (
            <Figure
              key={one}
              label={tier(one)}
              value={outlets.data.filter((row) => row.tier === one).length}
            />
          ))}
          <Figure
            label={say('pending')}
            value={outlets.data.filter((row) => row.status === 'pending').length}
          />
        </Figures>
      )}
      <Panel flush>
        <OutletTable
          rows={shown}
          error={outlets.error}
          retry={() => void outlets.refetch()}
          current={opened?.id}
          open={(row) => set({ outlet: String(row.id) })}
        />
      </Panel>
      <Drawer
        open={opened !== undefined}
        onClose={() => set({ outlet: undefined })}
        size={680}
        title={opened?.name}
      >
        {opened && <OutletSheet id={opened.id} />}
      </Drawer>
    </Page>
  );
}

function OutletTable(props: {
  rows: Outlet[] | undefined;
  error: unknown;
  retry: () => void;
  current: number | undefined;
  open: (row: Outlet) => void;
}) {
  const say = useOutletWords();
  const tier = useTierLabel();
  const status = useStatusLabel();
  const language = useLanguage();
  const book = useCountyBook();
  const { filters, set } = useFilters();
  const placeOf = (code: string) => {
    const division = book.data?.byCode.get(code);
    return (language === 'zh' ? division?.nameZh : division?.nameEn) ?? code;
  };
  const columns: Column<Outlet>[] = [
    { key: 'name', title: say('name'), lead: true, width: '2fr', value: (row) => row.name },
    { key: 'tier', title: say('tier'), width: '110px', value: (row) => tier(row.tier) },
    {
      key: 'division',
      title: say('division'),
      value: (row) => placeOf(row.divisionCode),
      render: (row) => <span title={row.divisionCode}>{placeOf(row.divisionCode)}</span>,
    },
    {
      key: 'status',
      title: say('status'),
      value: (row) => status(row.status),
      render: (row) => <OutletMark status={row.status} />,
    },
    { key: 'id', title: say('id'), align: 'right', width: '80px', value: (row) => row.id },
  ];
  return (
    <DataTable
      rows={props.rows}
      error={props.error}
      retry={props.retry}
      current={props.current}
      onOpen={props.open}
      label={say('label')}
      columns={columns}
      rowKey={(row) => row.id}
      search
      exportAs="outlets"
      filters={
        <Select
          allowClear
          style={{ width: 120 }}
          aria-label={say('tier')}
          placeholder={say('allTiers')}
          value={filters.tier ?? null}
          options={TIERS.map((value) => ({ value, label: tier(value) }))}
          onChange={(value) => set({ tier: value ?? undefined })}
        />
      }
    />
  );
}

function OutletMark({ status }: { status: string }) {
  const say = useOutletWords();
  const known =
    status === 'active' ? say('active') : status === 'pending' ? say('pending') : say('suspended');
  return (
    <Mark tone={status === 'active' ? 'good' : status === 'pending' ? 'warn' : 'bad'}>{known}</Mark>
  );
}

function OutletSheet({ id }: { id: number }) {
  const say = useOutletWords();
  const query = useQuery({
    queryKey: [...OUTLETS, id],
    queryFn: () => read(api.outlets[':id'].$get({ param: { id: String(id) } })),
  });
  return (
    <Loaded query={query}>
      {(outlet) => (
        <div className="stack">
          <Facts
            items={[
              [say('division'), outlet.divisionCode],
              [say('status'), <Admission key="status" outlet={outlet} />],
              [say('payee'), outlet.payeeName ?? say('missing')],
              [say('payeeAccount'), outlet.payeeAlipayAccount ?? say('missing')],
            ]}
          />
          <Contracts outletId={id} />
        </div>
      )}
    </Loaded>
  );
}

/** On or off the market; off asks first, because everything it sells stops. */
function Admission(props: {
  outlet: { id: number; version: number; status: 'pending' | 'active' | 'suspended' };
}) {
  const say = useOutletWords();
  const { outlet } = props;
  const on = outlet.status === 'active';
  const edit = useChange({
    run: () =>
      read(
        api.outlets[':id'].$patch({
          param: { id: String(outlet.id) },
          json: { version: outlet.version, status: on ? 'suspended' : 'active' },
        }),
      ),
    refresh: [OUTLETS],
    say: say('saved'),
  });
  return (
    <Popconfirm
      title={say(on ? 'suspendAsk' : 'admitAsk')}
      okText={say(on ? 'suspend' : 'admit')}
      cancelText={say('cancel')}
      onConfirm={() => edit.mutateAsync(undefined)}
    >
      <Switch size="small" checked={on} loading={edit.isPending} aria-label={say('status')} />{' '}
      <OutletMark status={outlet.status} />
    </Popconfirm>
  );
}
