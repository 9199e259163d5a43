/** Every campaign with what it spent of its budget. */
import { useNavigate } from '@tanstack/react-router';
import { percent, yuanForChart } from '../../lib/format.ts';
import { useStatusLabel } from '../../lib/labels.ts';
import type { Column } from '../../ui/column.ts';
import { moneyColumn, nameColumn } from '../../ui/columns.tsx';
import { ListScreen } from '../../ui/listScreen.tsx';
import { Meter } from '../../ui/page.tsx';
import { type Campaign, useCampaigns } from './data.ts';
import { StatusMark } from './statusActions.tsx';
import { useCampaignWords } from './words.ts';

export function Campaigns() {
  const say = useCampaignWords();
  const navigate = useNavigate();
  return (
    <ListScreen
      title={say('title')}
      hint={say('hint')}
      label={say('label')}
      query={useCampaigns()}
      columns={useColumns()}
      create={{ label: say('new'), run: () => void navigate({ to: '/campaigns/new' }) }}
      none={{ title: say('none'), hint: say('noneHint') }}
      exportAs="campaigns"
      open={(row) => void navigate({ to: `/campaigns/${row.id}` })}
    />
  );
}

function useColumns(): Column<Campaign>[] {
  const say = useCampaignWords();
  const status = useStatusLabel();
  return [
    nameColumn(say('name'), (row) => row.name, { width: '2fr' }),
    {
      key: 'status',
      title: say('status'),
      width: '110px',
      value: (row) => status(row.status),
      render: (row) => <StatusMark status={row.status} />,
    },
    moneyColumn('spent', say('spent'), (row) => row.spentMicroCny),
    moneyColumn('budget', say('budget'), (row) => row.totalBudgetMicroCny),
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
