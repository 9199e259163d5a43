/** Addresses that are told when something happens, and what was sent to each. */
import { useQuery } from '@tanstack/react-query';
import { Button, Drawer } from 'antd';
import { type Answer, api, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { instant } from '../../lib/format.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Mark, type Tone } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { WebhookForm } from './webhookForm.tsx';
import { WebhookSheet } from './webhookSheet.tsx';
import { useIntegrationWords } from './words.ts';

export type Webhook = Answer<Awaited<ReturnType<typeof api.webhooks.$get>>>['items'][number];
export const WEBHOOKS = ['webhooks'];

const TONES: Record<Webhook['status'], Tone> = { active: 'good', paused: 'warn', disabled: 'bad' };

export function Webhooks() {
  const say = useIntegrationWords();
  const { filters, set } = useFilters();
  const list = useQuery({ queryKey: WEBHOOKS, queryFn: () => read(api.webhooks.$get()) });
  const opened = list.data?.items.find((row) => String(row.id) === filters.webhook);
  const make = <Button onClick={() => set({ edit: 'new' })}>{say('newWebhook')}</Button>;
  const columns: Column<Webhook>[] = [
    { key: 'name', title: say('name'), lead: true, width: '1.2fr', value: (row) => row.name },
    { key: 'url', title: say('url'), width: '2fr', value: (row) => row.url },
    {
      key: 'kinds',
      title: say('kinds'),
      width: '1.4fr',
      value: (row) => (row.kinds.includes('*') ? say('allKinds') : row.kinds.join(' ')),
      hideOnPhone: true,
    },
    {
      key: 'status',
      title: say('status'),
      width: '130px',
      value: (row) => say(row.status),
      render: (row) => (
        <Mark tone={row.failingSince ? 'bad' : TONES[row.status]}>
          {say(row.failingSince ? 'failing' : row.status)}
        </Mark>
      ),
    },
    {
      key: 'since',
      title: say('since'),
      width: '150px',
      value: (row) => row.createdAt,
      render: (row) => <span className="number">{instant(row.createdAt)}</span>,
      hideOnPhone: true,
    },
  ];
  return (
    <>
      <DataTable
        rows={list.data?.items}
        error={list.error}
        retry={() => void list.refetch()}
        columns={columns}
        rowKey={(row) => row.id}
        label={say('webhooks')}
        current={opened?.id}
        onOpen={(row) => set({ webhook: String(row.id) })}
        urlKey="w_"
        filters={make}
        empty={<Empty title={say('noWebhooks')} hint={say('noWebhooksHint')} action={make} />}
      />
      <Drawer
        open={opened !== undefined && !filters.edit}
        onClose={() => set({ webhook: undefined })}
        size={640}
        title={opened?.name}
      >
        {opened && <WebhookSheet webhook={opened} edit={() => set({ edit: '1' })} />}
      </Drawer>
      <WebhookForm
        open={filters.edit !== undefined}
        webhook={filters.edit === 'new' ? undefined : opened}
        close={() => set({ edit: undefined })}
      />
    </>
  );
}
