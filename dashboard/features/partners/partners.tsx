/** Who buys and sells through OpenRTB from outside: terms, state, health at this moment, what was traded a day. */
import { Segmented } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { useOutlets } from '../../lib/parties.ts';
import type { Column } from '../../ui/column.ts';
import { markColumn, nameColumn } from '../../ui/columns.tsx';
import { ListScreen } from '../../ui/listScreen.tsx';
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

type Partner = DemandPartner | SupplyPartner;

export function Partners() {
  const say = usePartnerWords();
  const { filters, set } = useFilters();
  const side = filters.side === 'supply' ? 'supply' : 'demand';
  const demands = useDemandPartners();
  const supplies = useSupplyPartners();
  const list: { data?: Partner[] | undefined; error: unknown; refetch: () => unknown } =
    side === 'demand' ? demands : supplies;
  const edited = filters.partner;
  const close = () => set({ edit: undefined });
  return (
    <ListScreen<Partner>
      title={say('title')}
      hint={say('hint')}
      label={say(side)}
      query={{ data: list.data, error: list.error, refetch: list.refetch }}
      columns={useColumns(side)}
      create={{
        label: say(side === 'demand' ? 'newDemand' : 'newSupply'),
        run: () => set({ edit: 'new', partner: undefined }),
      }}
      tools={
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
      none={{ title: say('none'), hint: say(side === 'demand' ? 'noDemand' : 'noSupply') }}
      exportAs={`${side}-partners`}
      param="partner"
      sheet={{
        size: 640,
        title: (row) => row?.name,
        body: (row) => (
          <PartnerSheet side={side} partner={row} edit={() => set({ edit: String(row.id) })} />
        ),
      }}
    >
      <DemandForm
        open={filters.edit !== undefined && side === 'demand'}
        partner={demands.data?.find((row) => String(row.id) === edited)}
        close={close}
      />
      <SupplyForm
        open={filters.edit !== undefined && side === 'supply'}
        partner={supplies.data?.find((row) => String(row.id) === edited)}
        close={close}
      />
    </ListScreen>
  );
}

function useColumns(side: 'demand' | 'supply'): Column<Partner>[] {
  const say = usePartnerWords();
  const outlets = useOutlets();
  const outletOf = (id: number) => outlets.data?.find((row) => row.id === id)?.name ?? `#${id}`;
  return [
    nameColumn(say('name'), (row) => row.name, { width: '1.5fr' }),
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
    markColumn(
      say('status'),
      (row) => say(row.status),
      (row) => PARTNER_TONES[row.status],
    ),
  ];
}
