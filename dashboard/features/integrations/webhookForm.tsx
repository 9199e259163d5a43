/** Making or changing a webhook: its address and what it wants to hear of. Its secret is shown once. */

import { useQueryClient } from '@tanstack/react-query';
import { Form, Input, Select } from 'antd';
import { api, once, read } from '../../lib/client.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { WEBHOOKS, type Webhook } from './data.ts';
import { useShowSecret } from './secretShown.tsx';
import { useEventLabel, useIntegrationWords } from './words.ts';

type NewWebhook = Parameters<typeof api.webhooks.$post>[0]['json'];
type Kind = NewWebhook['kinds'][number];
const KINDS: readonly Kind[] = [
  '*',
  'creative.status',
  'campaign.status',
  'lineItem.status',
  'order.status',
  'topUp.status',
  'statement.status',
  'payout.status',
  'reportExport.status',
  'feedback.created',
];

export function WebhookForm(props: {
  open: boolean;
  webhook: Webhook | undefined;
  close: () => void;
}) {
  const say = useIntegrationWords();
  const label = useEventLabel();
  const show = useShowSecret();
  const client = useQueryClient();
  const { webhook } = props;
  return (
    <FormDrawer<NewWebhook, { secret?: string }>
      open={props.open}
      close={props.close}
      title={say(webhook ? 'edit' : 'newWebhook')}
      name={webhook ? `webhook-${webhook.id}` : 'webhook-new'}
      initial={webhook ? { ...webhook, kinds: webhook.kinds as Kind[] } : { kinds: ['*'] }}
      run={async (json, key): Promise<{ secret?: string }> => {
        if (!webhook) return read(api.webhooks.$post({ json }, once(key)));
        const param = { id: String(webhook.id) };
        await read(
          api.webhooks[':id'].$patch({ param, json: { ...json, version: webhook.version } }),
        );
        return {};
      }}
      refresh={[WEBHOOKS]}
      reload={() => client.invalidateQueries({ queryKey: WEBHOOKS })}
      say={say('saved')}
      done={({ secret }) => secret && show(secret)}
    >
      <Form.Item
        name="name"
        label={say('name')}
        rules={[{ required: true, message: say('nameWanted') }]}
      >
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item
        name="url"
        label={say('url')}
        extra={say('urlHint')}
        rules={[{ required: true, type: 'url', message: say('urlWrong') }]}
        validateTrigger="onBlur"
      >
        <Input maxLength={2000} inputMode="url" placeholder="https://" />
      </Form.Item>
      <Form.Item
        name="kinds"
        label={say('kinds')}
        rules={[{ required: true, type: 'array', min: 1, message: say('kindsWanted') }]}
      >
        <Select mode="multiple" options={optionsOf(KINDS, label)} />
      </Form.Item>
    </FormDrawer>
  );
}
