/** The stop switch: takes an ad, an advertiser, a category or everything off the air, and shows who obeyed how fast. */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { type Answer, api, read } from '../../lib/client.ts';
import { useCountyBook } from '../../lib/divisions.ts';
import { useFilters } from '../../lib/filters.ts';
import { instant } from '../../lib/format.ts';
import { useCategoryLabel } from '../../lib/labels.ts';
import { useMe } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import { useLanguage } from '../../lib/words.ts';
import { Asked } from '../../ui/asked.tsx';
import type { Column } from '../../ui/column.ts';
import { ListScreen } from '../../ui/listScreen.tsx';
import { Mark } from '../../ui/page.tsx';
import { STOPS } from './data.ts';
import { StopForm } from './stopForm.tsx';
import { useStopWords } from './words.ts';

type Stop = Answer<Awaited<ReturnType<typeof api.stops.$get>>>['items'][number];

export function Stops() {
  const say = useStopWords();
  const { filters, set } = useFilters();
  const stops = useQuery({
    queryKey: STOPS,
    queryFn: async () => (await read(api.stops.$get())).items,
    refetchInterval: 5_000,
  });
  return (
    <ListScreen
      title={say('title')}
      hint={say('hint')}
      label={say('label')}
      actions={
        <Button type="primary" danger onClick={() => set({ stop: 'new' })}>
          {say('place')}
        </Button>
      }
      query={stops}
      columns={useColumns()}
      none={{ title: say('none'), hint: say('noneHint') }}
      exportAs="stops"
    >
      <StopForm open={filters.stop === 'new'} close={() => set({ stop: undefined })} />
    </ListScreen>
  );
}

function useColumns(): Column<Stop>[] {
  const say = useStopWords();
  const category = useCategoryLabel();
  const language = useLanguage();
  const book = useCountyBook();
  const subject = (row: Stop) =>
    row.scope === 'category'
      ? category(row.subject ?? '')
      : (row.subjectName ?? (row.subject ? `#${row.subject}` : ''));
  const place = (row: Stop) => {
    const division = book.data?.byCode.get(row.divisionCode ?? '');
    return division ? (language === 'zh' ? division.nameZh : division.nameEn) : '';
  };
  return [
    {
      key: 'scope',
      title: say('scope'),
      lead: true,
      width: '1.3fr',
      value: (row) => `${say(row.scope)} ${subject(row)} ${place(row)}`,
    },
    { key: 'reason', title: say('reason'), width: '2fr', value: (row) => row.reason },
    {
      key: 'at',
      title: say('at'),
      width: '170px',
      value: (row) => row.createdAt,
      render: (row) => <span className="number">{instant(row.createdAt, true)}</span>,
    },
    {
      key: 'receipts',
      title: say('receipts'),
      width: '1.2fr',
      value: (row) => row.receipts.length,
      render: (row) => {
        const nodes = row.receipts.filter((receipt) => receipt.kind === 'node');
        const ms = Math.min(...nodes.map((node) => node.delayMs));
        if (nodes.length > 0) return say('nodes', { n: nodes.length, s: (ms / 1000).toFixed(2) });
        return row.liftedAt ? '—' : say('waiting');
      },
    },
    {
      key: 'status',
      title: say('status'),
      width: '120px',
      value: (row) => (row.liftedAt ? say('lifted') : say('standing')),
      render: (row) => (
        <Mark tone={row.liftedAt ? 'quiet' : 'bad'}>
          {say(row.liftedAt ? 'lifted' : 'standing')}
        </Mark>
      ),
    },
    { key: 'lift', title: '', width: '90px', value: () => '', render: (row) => <Lift row={row} /> },
  ];
}

function Lift({ row }: { row: Stop }) {
  const say = useStopWords();
  const me = useMe();
  const lift = useChange({
    run: () => api.stops[':id'].lift.$post({ param: { id: String(row.id) } }),
    refresh: [STOPS],
    say: say('lifted'),
  });
  if (row.liftedAt || me.kind !== 'platform') return null;
  return (
    <Asked
      label={say('lift')}
      ask={say('liftAsk')}
      size="small"
      run={() => lift.mutateAsync(undefined)}
    />
  );
}
