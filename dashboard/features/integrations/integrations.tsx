/** What machines have of us: keys for the API, and the addresses that are told when something happens. */
import { useMe } from '../../lib/me.ts';
import { Page } from '../../ui/page.tsx';
import { TabbedPanel } from '../../ui/tabbed.tsx';
import { ApiKeys } from './apiKeys.tsx';
import { Webhooks } from './webhooks.tsx';
import { useIntegrationWords } from './words.ts';

export function Integrations() {
  const say = useIntegrationWords();
  const me = useMe();
  const manages = me.roles.includes('owner') || me.roles.includes('admin');
  const keys = { key: 'keys' as const, label: say('keys'), body: () => <ApiKeys /> };
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
      <TabbedPanel
        faces={[
          { key: 'webhooks', label: say('webhooks'), body: () => <Webhooks /> },
          ...(manages ? [keys] : []),
        ]}
      />
    </Page>
  );
}
