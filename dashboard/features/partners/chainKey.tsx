/**
 * The public key of another deployment, which signs its hops and what it says it owes. What is entered stays; what the other side
 * publishes by now is shown beside it, and taken by a person only.
 */
import { Button, Form, Input } from 'antd';
import { api, read } from '../../lib/client.ts';
import { useChange } from '../../lib/queries.ts';
import { usePartnerWords } from './words.ts';

export function ChainKey() {
  const say = usePartnerWords();
  const form = Form.useFormInstance<{ domain?: string; chainKey?: string | null }>();
  const domain = Form.useWatch('domain', form);
  const kept = Form.useWatch('chainKey', form);
  const look = useChange({
    run: (host: string) => read(api['chain-keys'].$get({ query: { exchange: `https://${host}` } })),
  });
  const published = look.data?.domain === domain ? look.data?.publicKey : undefined;
  return (
    <Form.Item label={say('chainKey')} htmlFor="chainKey" extra={say('chainKeyHint')}>
      <Form.Item
        name="chainKey"
        noStyle
        rules={[{ pattern: /^[A-Za-z0-9_-]{43}$/, message: say('chainKeyWrong') }]}
      >
        <Input id="chainKey" maxLength={43} autoComplete="off" />
      </Form.Item>
      <div className="row" style={{ marginTop: 8 }}>
        <Button
          size="small"
          disabled={!domain}
          loading={look.isPending}
          onClick={() => domain && look.mutate(domain)}
        >
          {say('readKey')}
        </Button>
        {published && published === kept && <span className="faint">{say('keySame')}</span>}
        {published && published !== kept && (
          <>
            <code className="small" style={{ overflowWrap: 'anywhere' }}>
              {published}
            </code>
            {kept && <strong>{say('keyDiffers')}</strong>}
            <Button size="small" onClick={() => form.setFieldValue('chainKey', published)}>
              {say('takeKey')}
            </Button>
          </>
        )}
      </div>
    </Form.Item>
  );
}
