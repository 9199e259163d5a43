/** Every campaign with what it spent of its budget. */
import { useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { percent, yuanForChart } from '../../lib/format.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Meter, Money, Page, Panel } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Campaign, useCampaigns } from './data.ts';
import { StatusMark } from './statusActions.tsx';
import { useCampaignWords } from './words.ts';

export function Campaigns() {
  const say = useCampaignWords();
  const navigate = useNavigate();
  const campaigns = useCampaigns();
  const create = (
    <Button type="primary" onClick={() => void navigate({ to: '/campaigns/new' })}>
      {say('new')}
    </Button>
  );
  return (
    <Page title={say('title')} hint={say('hint')} actions={create}>
      <Panel flush>
        <DataTable
          rows={campaigns.data}
          error={campaigns.error}
          retry={() => void campaigns.refetch()}
          columns={useColumns()}
          rowKey={(row) => row.id}
          label={say('label')}
          onOpen={(row) => void navigate({ to: `/campaigns/${row.id}` })}
          search
          exportAs="campaigns"
          empty={<Empty title={say('none')} hint={say('noneHint')} action={create} />}
        />
      </Panel>
    </Page>
  );
}

function useColumns(): Column<Campaign>[] {
  const say = useCampaignWords();
  return [
    { key: 'name', title: say('name'), lead: true, width: '2fr', value: (row) => row.name },
    {
      key: 'status',
      title: say('status'),
      width: '110px',
      value: (row) => row.status,
      render: (row) => <StatusMark status={row.status} />,
    },
    {
      key: 'spent',
      title: say('spent'),
      align: 'right',
      value: (row) => BigInt(row.spentMicroCny),
      render: (row) => <Money microCny={row.spentMicroCny} />,
    },
    {
      key: 'budget',
      title: say('budget'),
      align: 'right',
      value: (row) => BigInt(row.totalBudgetMicroCny),
      render: (row) => <Money microCny={row.totalBudgetMicroCny} />,
    },
    {
      key: 'used',
      title: say('used'),
      value: (row) => usedShare(row),
      render: (row) => <Used row={row} />,
    },
    {
      key: 'lineItems',
      title: say('lineItems'),
      align: 'right',
      width: '90px',
      value: (row) => row.lineItems,
    },
    {
      key: 'dates',
      title: say('dates'),
      width: '200px',
      value: (row) => row.startsOn,
      render: (row) => (
        <span className="number">
          {row.startsOn} – {row.endsOn}
        </span>
      ),
    },
  ];
}

interface Budgeted {
  spentMicroCny: string;
  totalBudgetMicroCny: string;
}

const usedShare = (row: Budgeted) =>
  yuanForChart(row.spentMicroCny) / Math.max(1e-6, yuanForChart(row.totalBudgetMicroCny));

export function Used({ row }: { row: Budgeted }) {
  const share = usedShare(row);
  return <Meter share={share} label={percent(share, 1, 1)} />;
}
