/** One webhook: tried, paused, given a new secret, removed; each event that was sent and how it went. */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { type Answer, api, read } from '../../lib/client.ts';
import { instant } from '../../lib/format.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import type { Column } from '../../ui/column.ts';
import { DataTable } from '../../ui/dataTable.tsx';
import { Mark, type Tone } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { WEBHOOKS, type Webhook } from './data.ts';
import { useShowSecret } from './secretShown.tsx';
import { useEventLabel, useIntegrationWords } from './words.ts';

const one = api.webhooks[':id'];
type Delivery = Answer<Awaited<ReturnType<(typeof one)['deliveries']['$get']>>>['items'][number];
const TONES: Record<Delivery['status'], Tone> = {
  pending: 'busy',
  delivered: 'good',
  failed: 'bad',
};

export function WebhookSheet({ webhook, edit }: { webhook: Webhook; edit: () => void }) {
  const say = useIntegrationWords();
  const show = useShowSecret();
  const param = { id: String(webhook.id) };
  const refresh = [WEBHOOKS];
  const ping = useChange({
    run: () => read(one.ping.$post({ param })),
    refresh,
    say: say('pinged'),
  });
  const turn = useChange({
    run: () => {
      const status = webhook.status === 'active' ? ('paused' as const) : ('active' as const);
      return read(one.$patch({ param, json: { version: webhook.version, status } }));
    },
    refresh,
    say: say('saved'),
  });
  const rotate = useChange({
    run: () => read(one.secret.$post({ param })),
    refresh,
    done: ({ secret }) => show(secret),
  });
  const remove = useChange({ run: () => one.$delete({ param }), refresh, say: say('removed') });
  return (
    <div className="stack">
      <p style={{ overflowWrap: 'anywhere' }}>{webhook.url}</p>
      <div className="row">
        <Button type="primary" loading={ping.isPending} onClick={() => ping.mutate(undefined)}>
          {say('ping')}
        </Button>
        <Button onClick={edit}>{say('edit')}</Button>
        <Button loading={turn.isPending} onClick={() => turn.mutate(undefined)}>
          {say(webhook.status === 'active' ? 'pause' : 'activate')}
        </Button>
        <Asked
          label={say('rotate')}
          ask={say('rotateAsk')}
          run={() => rotate.mutateAsync(undefined)}
        />
        <Asked
          label={say('remove')}
          ask={say('removeAsk')}
          type="text"
          danger
          run={() => remove.mutateAsync(undefined)}
        />
      </div>
      <Deliveries id={webhook.id} />
    </div>
  );
}

function Deliveries({ id }: { id: number }) {
  const say = useIntegrationWords();
  const label = useEventLabel();
  const list = useQuery({
    queryKey: [...WEBHOOKS, id, 'deliveries'],
    queryFn: () =>
      read(one.deliveries.$get({ param: { id: String(id) }, query: { limit: '100' } })),
    refetchInterval: 5_000,
  });
  const again = useChange({
    run: (delivery: number) =>
      read(api['webhook-deliveries'][':id'].replay.$post({ param: { id: String(delivery) } })),
    refresh: [WEBHOOKS],
    say: say('sentAgain'),
  });
  const columns: Column<Delivery>[] = [
    {
      key: 'kind',
      title: say('kinds'),
      lead: true,
      width: '1.4fr',
      value: (row) => label(row.kind),
    },
    {
      key: 'at',
      title: say('at'),
      width: '150px',
      value: (row) => row.at,
      render: (row) => <span className="number">{instant(row.at)}</span>,
    },
    {
      key: 'status',
      title: say('status'),
      value: (row) => say(row.status),
      render: (row) => (
        <Mark tone={TONES[row.status]}>
          {say(row.status)} {row.lastStatus ?? ''}
        </Mark>
      ),
    },
    {
      key: 'again',
      title: '',
      width: '90px',
      value: () => '',
      render: (row) =>
        row.status === 'failed' && (
          <Button size="small" type="link" onClick={() => again.mutate(row.id)}>
            {say('again')}
          </Button>
        ),
    },
  ];
  return (
    <section>
      <strong>{say('deliveries')}</strong>
      <DataTable
        rows={list.data?.items}
        error={list.error}
        retry={() => void list.refetch()}
        columns={columns}
        rowKey={(row) => row.id}
        label={say('deliveries')}
        urlKey="d_"
        empty={<Empty title={say('noDeliveries')} hint={say('noDeliveriesHint')} />}
      />
    </section>
  );
}
