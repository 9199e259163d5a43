/** One partner: its terms, how its calls do by node, what was traded a day beside what it reports, and its key. */
import { App, Button, Typography } from 'antd';
import { read } from '../../lib/client.ts';
import { count } from '../../lib/format.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import type { Column } from '../../ui/column.ts';
import { DataTable } from '../../ui/dataTable.tsx';
import { Facts, Mark, Money } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import {
  type DemandPartner,
  demand,
  type PARTNER_STATUSES,
  PARTNER_TONES,
  PARTNERS,
  type PartnerDay,
  type SupplyPartner,
  supply,
  useDemandHealth,
  usePartnerDays,
} from './data.ts';
import { usePartnerWords } from './words.ts';

interface Props {
  side: 'demand' | 'supply';
  partner: DemandPartner | SupplyPartner;
  edit: () => void;
}

export function PartnerSheet({ side, partner, edit }: Props) {
  const say = usePartnerWords();
  return (
    <div className="stack">
      <Facts
        items={
          'url' in partner
            ? [
                [
                  say('status'),
                  <Mark key="s" tone={PARTNER_TONES[partner.status]}>
                    {say(partner.status)}
                  </Mark>,
                ],
                [say('url'), partner.url],
                [say('seat'), partner.seat],
                [say('timeout'), `${partner.timeoutMs} ms`],
                ['QPS', count(partner.qps)],
                [say('discount'), `${partner.discountPercent}%`],
                ['gzip', say(partner.gzip ? 'yes' : 'no')],
                [say('deployment'), say(partner.hasCallKey ? 'yes' : 'no')],
              ]
            : [
                [
                  say('status'),
                  <Mark key="s" tone={PARTNER_TONES[partner.status]}>
                    {say(partner.status)}
                  </Mark>,
                ],
                [say('domain'), partner.domain],
                [say('key'), `${partner.keyPrefix}…`],
                ['QPS', count(partner.qps)],
                [say('take'), `${partner.takePercent}%`],
                [say('schain'), say(partner.requireSchain ? 'yes' : 'no')],
                [say('chainKey'), partner.chainKey ?? '—'],
              ]
        }
      />
      <div className="row">
        <Turn side={side} partner={partner} />
        {partner.status !== 'closed' && <Button onClick={edit}>{say('edit')}</Button>}
        {!('url' in partner) && <NewKey partner={partner} />}
      </div>
      {'url' in partner && <Health id={partner.id} />}
      <Days side={side} id={partner.id} />
    </div>
  );
}

function Turn({ side, partner }: Omit<Props, 'edit'>) {
  const say = usePartnerWords();
  const param = { id: String(partner.id) };
  const turn = useChange({
    run: (status: (typeof PARTNER_STATUSES)[number]): Promise<unknown> => {
      const json = { version: partner.version, status };
      return side === 'demand'
        ? read(demand[':id'].$patch({ param, json }))
        : read(supply[':id'].$patch({ param, json }));
    },
    refresh: [PARTNERS],
    say: say('saved'),
  });
  if (partner.status === 'closed') return null;
  const next = partner.status === 'active' ? 'paused' : 'active';
  return (
    <>
      <Button
        type={next === 'active' ? 'primary' : 'default'}
        loading={turn.isPending}
        onClick={() => turn.mutate(next)}
      >
        {say(next === 'active' ? 'activate' : 'pause')}
      </Button>
      <Asked label={say('close')} ask={say('closeAsk')} run={() => turn.mutateAsync('closed')} />
    </>
  );
}

function NewKey({ partner }: { partner: SupplyPartner }) {
  const say = usePartnerWords();
  const { modal } = App.useApp();
  const rotate = useChange({
    run: () => {
      const param = { id: String(partner.id) };
      return read(supply[':id'].key.$post({ param, json: { version: partner.version } }));
    },
    refresh: [PARTNERS],
    done: ({ secret }) =>
      void modal.success({
        title: say('keyOnce'),
        content: (
          <Typography.Text code copyable>
            {secret}
          </Typography.Text>
        ),
      }),
  });
  return (
    <Asked label={say('newKey')} ask={say('keyAsk')} run={() => rotate.mutateAsync(undefined)} />
  );
}

function Health({ id }: { id: number }) {
  const say = usePartnerWords();
  const health = useDemandHealth(id);
  return (
    <section className="stack" style={{ gap: 8 }}>
      <strong>{say('health')}</strong>
      <Loaded query={health} lines={2}>
        {({ nodes }) =>
          nodes.length === 0 ? (
            <p className="faint">{say('noHealth')}</p>
          ) : (
            nodes.map((node) => (
              <div key={node.nodeId} className="row row-between">
                <span>
                  {node.nodeId}{' '}
                  <Mark tone={node.breaker === 'closed' ? 'good' : 'bad'}>
                    {say(node.breaker === 'closed' ? 'breakerClosed' : 'breakerOpen')}
                  </Mark>
                </span>
                <span className="number small">
                  {say('won', { n: node.wins })} · p99 {node.p99Ms.toFixed(0)} ms
                  {tally(node.outcomes)}
                  {tally(node.refusals)}
                  {tally(node.losses)}
                </span>
              </div>
            ))
          )
        }
      </Loaded>
    </section>
  );
}

/** ` · timeout 3 · nobid 12` */
const tally = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => ` · ${name} ${n}`)
    .join('');

function Days({ side, id }: { side: 'demand' | 'supply'; id: number }) {
  const say = usePartnerWords();
  const days = usePartnerDays(side, id);
  const columns: Column<PartnerDay>[] = [
    { key: 'day', title: say('day'), lead: true, value: (row) => row.day },
    {
      key: 'impressions',
      title: say('impressions'),
      align: 'right',
      value: (row) => row.impressions,
      render: (row) => count(row.impressions),
    },
    {
      key: 'amount',
      title: say('amount'),
      align: 'right',
      value: (row) => BigInt(row.amountMicroCny),
      render: (row) => <Money microCny={row.amountMicroCny} />,
    },
    ...(side === 'supply'
      ? [
          {
            key: 'reported',
            title: say('reported'),
            align: 'right' as const,
            value: (row: PartnerDay) => BigInt(row.reportedMicroCny ?? 0),
            render: (row: PartnerDay) =>
              row.reportedMicroCny === null ? '—' : <Money microCny={row.reportedMicroCny} />,
          },
        ]
      : []),
  ];
  return (
    <section>
      <strong>{say('days')}</strong>
      <DataTable
        rows={days.data?.items}
        error={days.error}
        retry={() => void days.refetch()}
        columns={columns}
        rowKey={(row) => row.day}
        label={say('days')}
        urlKey="d_"
        exportAs={`partner-${id}-days`}
        empty={<Empty title={say('noDays')} />}
      />
    </section>
  );
}
