/** Media plans: from a brief to lines across tiers. The list and the brief; a plan has a page of its own. */
import { useNavigate } from '@tanstack/react-router';
import { useFilters } from '../../lib/filters.ts';
import type { Column } from '../../ui/column.ts';
import {
  daysColumn,
  instantColumn,
  markColumn,
  moneyColumn,
  nameColumn,
} from '../../ui/columns.tsx';
import { ListScreen } from '../../ui/listScreen.tsx';
import { BriefForm } from './briefForm.tsx';
import { PLAN_TONES, type Plan, usePlans } from './data.ts';
import { usePlanWords } from './words.ts';

export function Plans() {
  const say = usePlanWords();
  const navigate = useNavigate();
  const { filters, set } = useFilters();
  return (
    <ListScreen
      title={say('title')}
      hint={say('hint')}
      label={say('title')}
      query={usePlans()}
      columns={useColumns()}
      create={{ label: say('new'), run: () => set({ plan: 'new' }) }}
      none={{ title: say('none'), hint: say('noneHint') }}
      exportAs="plans"
      open={(row) => void navigate({ to: `/plans/${row.id}` })}
    >
      <BriefForm open={filters.plan === 'new'} close={() => set({ plan: undefined })} />
    </ListScreen>
  );
}

function useColumns(): Column<Plan>[] {
  const say = usePlanWords();
  return [
    nameColumn(say('name'), (row) => row.name),
    { key: 'goal', title: say('goal'), width: '120px', value: (row) => say(row.brief.goal) },
    daysColumn(say('dates'), (row) => row.brief),
    moneyColumn('budget', say('budget'), (row) => row.brief.budgetMicroCny),
    moneyColumn('price', say('price'), (row) => row.totals.priceMicroCny),
    markColumn(
      say('status'),
      (row) => say(row.status),
      (row) => PLAN_TONES[row.status],
    ),
    instantColumn('created', say('created'), (row) => row.createdAt, { hideOnPhone: true }),
  ];
}
