/** What machines have of us: keys for the API, and the addresses that are told when something happens. */
import { Tabs } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { useMe } from '../../lib/me.ts';
import { Page, Panel } from '../../ui/page.tsx';
import { ApiKeys } from './apiKeys.tsx';
import { Webhooks } from './webhooks.tsx';
import { useIntegrationWords } from './words.ts';

export function Integrations() {
  const say = useIntegrationWords();
  const me = useMe();
  const { filters, set } = useFilters();
  const manages = me.roles.includes('owner') || me.roles.includes('admin');
  const tab = filters.tab === 'keys' && manages ? 'keys' : 'webhooks';
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        <a href="/api/docs" target="_blank" rel="noreferrer">
          {say('docs')} ↗
        </a>
      }
    >
      <Panel flush>
        <Tabs
          style={{ padding: '0 18px' }}
          activeKey={tab}
          onChange={(key) => set({ tab: key === 'webhooks' ? undefined : key })}
          items={[
            { key: 'webhooks', label: say('webhooks') },
            ...(manages ? [{ key: 'keys', label: say('keys') }] : []),
          ]}
        />
        {tab === 'keys' ? <ApiKeys /> : <Webhooks />}
      </Panel>
    </Page>
  );
}
