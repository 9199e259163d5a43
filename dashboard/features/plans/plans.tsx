/** Media plans: from a brief to lines across tiers. The list and the brief; a plan has a page of its own. */
import { useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { instant } from '../../lib/format.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Mark, Money, Page, Panel } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { BriefForm } from './briefForm.tsx';
import { PLAN_TONES, type Plan, usePlans } from './data.ts';
import { usePlanWords } from './words.ts';

export function Plans() {
  const say = usePlanWords();
  const navigate = useNavigate();
  const { filters, set } = useFilters();
  const list = usePlans();
  const begin = () => set({ plan: 'new' });
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        <Button type="primary" onClick={begin}>
          {say('new')}
        </Button>
      }
    >
      <Panel flush>
        <DataTable
          rows={list.data}
          error={list.error}
          retry={() => void list.refetch()}
          columns={useColumns()}
          rowKey={(row) => row.id}
          label={say('title')}
          onOpen={(row) => void navigate({ to: `/plans/${row.id}` })}
          search
          exportAs="plans"
          empty={
            <Empty
              title={say('none')}
              hint={say('noneHint')}
              action={<Button onClick={begin}>{say('new')}</Button>}
            />
          }
        />
      </Panel>
      <BriefForm open={filters.plan === 'new'} close={() => set({ plan: undefined })} />
    </Page>
  );
}

function useColumns(): Column<Plan>[] {
  const say = usePlanWords();
  return [
    { key: 'name', title: say('name'), lead: true, width: '1.8fr', value: (row) => row.name },
    { key: 'goal', title: say('goal'), width: '120px', value: (row) => say(row.brief.goal) },
    {
      key: 'dates',
      title: say('dates'),
      width: '190px',
      value: (row) => row.brief.startsOn,
      render: ({ brief }) => (
        <span className="number">{`${brief.startsOn} – ${brief.endsOn.slice(5)}`}</span>
      ),
    },
    {
      key: 'budget',
      title: say('budget'),
      align: 'right',
      value: (row) => BigInt(row.brief.budgetMicroCny),
      render: (row) => <Money microCny={row.brief.budgetMicroCny} />,
    },
    {
      key: 'price',
      title: say('price'),
      align: 'right',
      value: (row) => BigInt(row.totals.priceMicroCny),
      render: (row) => <Money microCny={row.totals.priceMicroCny} />,
    },
    {
      key: 'status',
      title: say('status'),
      width: '120px',
      value: (row) => say(row.status),
      render: (row) => <Mark tone={PLAN_TONES[row.status]}>{say(row.status)}</Mark>,
    },
    {
      key: 'created',
      title: say('created'),
      width: '150px',
      value: (row) => row.createdAt,
      render: (row) => <span className="number">{instant(row.createdAt)}</span>,
      hideOnPhone: true,
    },
  ];
}
