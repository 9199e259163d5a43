/** Is the exchange well: bidding nodes, which days' figures are final, what was refused in the last day and why. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type Answer, api, read } from '../../lib/client.ts';
import { count, instant } from '../../lib/format.ts';
import type { Column } from '../../ui/column.ts';
import { DataTable } from '../../ui/dataTable.tsx';
import { Figure, Figures, Mark, Page, Panel } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { useReasonWords } from '../refusals/words.ts';
import { useHealthWords } from './words.ts';

type Node = Answer<Awaited<ReturnType<typeof api.nodes.$get>>>['items'][number];

const useNodes = () =>
  useQuery({
    queryKey: ['nodes'],
    queryFn: () => read(api.nodes.$get()),
    refetchInterval: 5_000,
  });

export function Health() {
  const say = useHealthWords();
  const nodes = useNodes();
  return (
    <Page title={say('title')} hint={say('hint')}>
      <Loaded query={nodes} lines={2}>
        {({ items }) => <Head nodes={items} />}
      </Loaded>
      <Panel title={say('nodes')} flush>
        <DataTable
          rows={nodes.data?.items}
          error={nodes.error}
          retry={() => void nodes.refetch()}
          columns={useColumns()}
          rowKey={(row) => row.nodeId}
          label={say('nodes')}
          empty={<Empty title={say('noNodes')} hint={say('noNodesHint')} />}
        />
      </Panel>
      <div className="grid-2">
        <Refused />
        <FinalDays />
      </div>
    </Page>
  );
}

function Head({ nodes }: { nodes: Node[] }) {
  const say = useHealthWords();
  const sum = (key: 'auctions' | 'wins' | 'events' | 'rejects') =>
    nodes.reduce((all, node) => all + node[key], 0);
  const down = nodes.filter((node) => node.redis === 'down').length;
  const versions = new Set(nodes.map((node) => node.snapshotVersion)).size;
  return (
    <Figures>
      <Figure
        label={say('nodes')}
        value={nodes.length}
        tone={nodes.length === 0 || down > 0 ? 'bad' : 'plain'}
        note={nodes.length > 0 && (down > 0 ? say('down', { n: down }) : say('allUp'))}
      />
      <Figure label={say('auctions')} value={count(sum('auctions'))} />
      <Figure
        label={say('p99')}
        value={nodes.length > 0 ? `${Math.max(...nodes.map((n) => n.p99Ms)).toFixed(1)} ms` : '—'}
      />
      <Figure
        label={say('events')}
        value={count(sum('events'))}
        note={say('rejects', { n: sum('rejects') })}
      />
      <Figure
        label={say('market')}
        value={versions <= 1 ? say('same') : say('apart', { n: versions })}
        tone={versions > 1 ? 'warn' : 'plain'}
      />
    </Figures>
  );
}

function useColumns(): Column<Node>[] {
  const say = useHealthWords();
  const number = (
    key: 'auctions' | 'wins' | 'events' | 'rejects',
    title: string,
  ): Column<Node> => ({
    key,
    title,
    align: 'right',
    value: (row) => row[key],
    render: (row) => count(row[key]),
  });
  return [
    { key: 'node', title: say('node'), lead: true, value: (row) => row.nodeId },
    {
      key: 'redis',
      title: 'Redis',
      value: (row) => row.redis,
      render: (row) => (
        <Mark tone={row.redis === 'up' ? 'good' : 'bad'}>
          {say(row.redis === 'up' ? 'up' : 'downOne')}
        </Mark>
      ),
    },
    number('auctions', say('auctions')),
    number('wins', say('wins')),
    number('events', say('events')),
    number('rejects', say('refused')),
    {
      key: 'p99',
      title: 'p50 / p99 (ms)',
      align: 'right',
      value: (row) => row.p99Ms,
      render: (row) => `${row.p50Ms.toFixed(1)} / ${row.p99Ms.toFixed(1)}`,
    },
    {
      key: 'heap',
      title: say('heap'),
      align: 'right',
      value: (row) => row.heapMb,
      render: (row) => `${Math.round(row.heapMb)} MB`,
    },
    { key: 'version', title: say('version'), align: 'right', value: (row) => row.snapshotVersion },
    {
      key: 'since',
      title: say('since'),
      width: '150px',
      value: (row) => row.startedAtMs,
      render: (row) => <span className="number">{instant(row.startedAtMs)}</span>,
      hideOnPhone: true,
    },
  ];
}

function Refused() {
  const say = useHealthWords();
  const reason = useReasonWords();
  const reasons = useQuery({
    queryKey: ['rejected-events', 'reasons'],
    queryFn: () => read(api['rejected-events'].reasons.$get()),
    refetchInterval: 60_000,
  });
  return (
    <Panel title={say('refusedDay')} extra={<Link to="/refusals">{say('all')}</Link>}>
      <Loaded query={reasons} lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="faint">{say('noRefused')}</p>
          ) : (
            <ul className="stack" style={{ gap: 8 }}>
              {items.map((row) => (
                <li key={row.reason} className="row row-between">
                  <span title={row.reason}>{reason(row.reason)}</span>
                  <span className="number">{count(row.count)}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

function FinalDays() {
  const say = useHealthWords();
  const days = useQuery({
    queryKey: ['final-days'],
    queryFn: () => read(api.metering['final-days'].$get()),
  });
  return (
    <Panel title={say('finalDays')} hint={say('finalHint')}>
      <Loaded query={days} lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="faint">{say('noFinal')}</p>
          ) : (
            <ul className="stack" style={{ gap: 8 }}>
              {items.slice(0, 8).map((row) => (
                <li key={row.day} className="row row-between number">
                  <span>{row.day}</span>
                  <span className="faint small">{instant(row.finalizedAt)}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}
