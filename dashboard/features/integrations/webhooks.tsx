/** Addresses that are told when something happens, and what was sent to each. */
import { useQuery } from '@tanstack/react-query';
import { api, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import type { Column } from '../../ui/column.ts';
import { instantColumn, markColumn, nameColumn } from '../../ui/columns.tsx';
import { List } from '../../ui/list.tsx';
import type { Tone } from '../../ui/page.tsx';
import { WEBHOOKS, type Webhook } from './data.ts';
import { WebhookForm } from './webhookForm.tsx';
import { WebhookSheet } from './webhookSheet.tsx';
import { useIntegrationWords } from './words.ts';

const TONES: Record<Webhook['status'], Tone> = { active: 'good', paused: 'warn', disabled: 'bad' };

export function Webhooks() {
  const say = useIntegrationWords();
  const { filters, set } = useFilters();
  const list = useQuery({
    queryKey: WEBHOOKS,
    queryFn: async () => (await read(api.webhooks.$get())).items,
  });
  const opened = list.data?.find((row) => String(row.id) === filters.webhook);
  const create = { label: say('newWebhook'), run: () => set({ edit: 'new' }), above: true };
  const columns: Column<Webhook>[] = [
    nameColumn(say('name'), (row) => row.name, { width: '1.2fr' }),
    { key: 'url', title: say('url'), width: '2fr', value: (row) => row.url },
    {
      key: 'kinds',
      title: say('kinds'),
      width: '1.4fr',
      value: (row) => (row.kinds.includes('*') ? say('allKinds') : row.kinds.join(' ')),
      hideOnPhone: true,
    },
    markColumn(
      say('status'),
      (row) => say(row.failingSince ? 'failing' : row.status),
      (row) => (row.failingSince ? 'bad' : TONES[row.status]),
      { width: '130px' },
    ),
    instantColumn('since', say('since'), (row) => row.createdAt, { hideOnPhone: true }),
  ];
  return (
    <>
      <List
        label={say('webhooks')}
        query={list}
        columns={columns}
        urlKey="w_"
        search={false}
        create={create}
        none={{ title: say('noWebhooks'), hint: say('noWebhooksHint') }}
        param="webhook"
        sheet={{
          size: 640,
          title: (row) => row?.name,
          body: (row) => <WebhookSheet webhook={row} edit={() => set({ edit: '1' })} />,
        }}
      />
      <WebhookForm
        open={filters.edit !== undefined}
        webhook={filters.edit === 'new' ? undefined : opened}
        close={() => set({ edit: undefined })}
      />
    </>
  );
}
