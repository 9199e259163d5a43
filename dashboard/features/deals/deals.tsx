/** Private deals between a buyer and an outlet, for either side: what is agreed, what waits for whose word. */
import { Button, Drawer, Select } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { count, fenMoney } from '../../lib/format.ts';
import { useMe } from '../../lib/me.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Mark, Page, Panel } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { awaits, buyerOf, DEAL_KINDS, DEAL_TONES, type Deal, sideOf, useDeals } from './data.ts';
import { DealForm } from './dealForm.tsx';
import { DealSheet } from './dealSheet.tsx';
import { useDealWords } from './words.ts';

export function Deals() {
  const say = useDealWords();
  const { filters, set } = useFilters();
  const list = useDeals();
  const shown = list.data?.filter((row) => !filters.kind || row.kind === filters.kind);
  const opened = list.data?.find((row) => String(row.id) === filters.deal);
  const propose = () => set({ deal: 'new' });
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        <Button type="primary" onClick={propose}>
          {say('new')}
        </Button>
      }
    >
      <Panel flush>
        <DataTable
          rows={shown}
          error={list.error}
          retry={() => void list.refetch()}
          columns={useColumns()}
          rowKey={(row) => row.id}
          label={say('title')}
          current={opened?.id}
          onOpen={(row) => set({ deal: String(row.id) })}
          search
          exportAs="deals"
          filters={
            <Select
              allowClear
              style={{ width: 130 }}
              aria-label={say('kind')}
              placeholder={say('all')}
              value={filters.kind ?? null}
              options={DEAL_KINDS.map((value) => ({ value, label: say(value) }))}
              onChange={(kind) => set({ kind: kind ?? undefined })}
            />
          }
          empty={
            <Empty
              title={say('none')}
              hint={say('noneHint')}
              action={<Button onClick={propose}>{say('new')}</Button>}
            />
          }
        />
      </Panel>
      <Drawer
        open={opened !== undefined}
        onClose={() => set({ deal: undefined })}
        size={600}
        title={opened?.name}
      >
        {opened && <DealSheet id={String(opened.id)} />}
      </Drawer>
      <DealForm open={filters.deal === 'new'} close={() => set({ deal: undefined })} />
    </Page>
  );
}

function useColumns(): Column<Deal>[] {
  const say = useDealWords();
  const me = useMe();
  return [
    { key: 'name', title: say('name'), lead: true, width: '1.6fr', value: (row) => row.name },
    { key: 'kind', title: say('kind'), width: '100px', value: (row) => say(row.kind) },
    { key: 'outlet', title: say('outlet'), width: '1.3fr', value: (row) => row.outletName },
    { key: 'buyer', title: say('buyer'), width: '1.3fr', value: buyerOf },
    {
      key: 'price',
      title: say('price'),
      align: 'right',
      value: (row) => BigInt(row.priceCpmFen) * 10_000n,
      render: (row) => fenMoney(row.priceCpmFen),
    },
    {
      key: 'impressions',
      title: say('impressions'),
      align: 'right',
      value: (row) => row.impressions,
      render: (row) => (row.impressions === null ? '—' : count(row.impressions)),
      hideOnPhone: true,
    },
    {
      key: 'dates',
      title: say('dates'),
      width: '190px',
      value: (row) => row.startsOn,
      render: (row) => <span className="number">{`${row.startsOn} – ${row.endsOn.slice(5)}`}</span>,
    },
    {
      key: 'status',
      title: say('status'),
      width: '120px',
      value: (row) => say(row.status),
      render: (row) => (
        <Mark tone={DEAL_TONES[row.status]}>
          {say(awaits(row, sideOf(me, row)) ? 'yourTurn' : row.status)}
        </Mark>
      ),
    },
  ];
}
