/** Who buys and sells through OpenRTB from outside: terms, state, health at this moment, what was traded a day. */
import { Button, Drawer, Segmented } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Mark, Page, Panel } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { useOutlets } from '../outlets/outlets.tsx';
import {
  type DemandPartner,
  PARTNER_TONES,
  type SupplyPartner,
  useDemandPartners,
  useSupplyPartners,
} from './data.ts';
import { DemandForm } from './demandForm.tsx';
import { PartnerSheet } from './partnerSheet.tsx';
import { SupplyForm } from './supplyForm.tsx';
import { usePartnerWords } from './words.ts';

export function Partners() {
  const say = usePartnerWords();
  const { filters, set } = useFilters();
  const side = filters.side === 'supply' ? 'supply' : 'demand';
  const demands = useDemandPartners();
  const supplies = useSupplyPartners();
  const list = side === 'demand' ? demands : supplies;
  const opened = (list.data as (DemandPartner | SupplyPartner)[] | undefined)?.find(
    (row) => String(row.id) === filters.partner,
  );
  const close = () => set({ partner: undefined, edit: undefined });
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        <Button type="primary" onClick={() => set({ edit: 'new', partner: undefined })}>
          {say(side === 'demand' ? 'newDemand' : 'newSupply')}
        </Button>
      }
    >
      <Panel flush>
        <DataTable<DemandPartner | SupplyPartner>
          rows={list.data}
          error={list.error}
          retry={() => void list.refetch()}
          columns={useColumns(side)}
          rowKey={(row) => row.id}
          label={say(side)}
          current={opened?.id}
          onOpen={(row) => set({ partner: String(row.id) })}
          search
          exportAs={`${side}-partners`}
          filters={
            <Segmented
              value={side}
              onChange={(next) =>
                set({ side: next === 'demand' ? undefined : next, partner: undefined })
              }
              options={[
                { value: 'demand', label: say('demand') },
                { value: 'supply', label: say('supply') },
              ]}
            />
          }
          empty={
            <Empty title={say('none')} hint={say(side === 'demand' ? 'noDemand' : 'noSupply')} />
          }
        />
      </Panel>
      <Drawer
        open={opened !== undefined && !filters.edit}
        onClose={close}
        size={640}
        title={opened?.name}
      >
        {opened && (
          <PartnerSheet
            side={side}
            partner={opened}
            edit={() => set({ edit: String(opened.id) })}
          />
        )}
      </Drawer>
      <DemandForm
        open={filters.edit !== undefined && side === 'demand'}
        partner={filters.edit === 'new' ? undefined : (opened as DemandPartner | undefined)}
        close={() => set({ edit: undefined })}
      />
      <SupplyForm
        open={filters.edit !== undefined && side === 'supply'}
        partner={filters.edit === 'new' ? undefined : (opened as SupplyPartner | undefined)}
        close={() => set({ edit: undefined })}
      />
    </Page>
  );
}

function useColumns(side: 'demand' | 'supply'): Column<DemandPartner | SupplyPartner>[] {
  const say = usePartnerWords();
  const outlets = useOutlets();
  const outletOf = (id: number) => outlets.data?.find((row) => row.id === id)?.name ?? `#${id}`;
  return [
    { key: 'name', title: say('name'), lead: true, width: '1.5fr', value: (row) => row.name },
    { key: 'code', title: say('code'), value: (row) => row.code },
    {
      key: 'where',
      title: say(side === 'demand' ? 'url' : 'outlet'),
      width: '1.8fr',
      value: (row) => ('url' in row ? row.url : outletOf(row.outletId)),
      hideOnPhone: true,
    },
    { key: 'qps', title: 'QPS', align: 'right', width: '90px', value: (row) => row.qps },
    {
      key: 'cut',
      title: say(side === 'demand' ? 'discount' : 'take'),
      align: 'right',
      width: '110px',
      value: (row) => ('takePercent' in row ? row.takePercent : row.discountPercent),
      render: (row) => `${'takePercent' in row ? row.takePercent : row.discountPercent}%`,
    },
    {
      key: 'status',
      title: say('status'),
      width: '120px',
      value: (row) => say(row.status),
      render: (row) => <Mark tone={PARTNER_TONES[row.status]}>{say(row.status)}</Mark>,
    },
  ];
}
