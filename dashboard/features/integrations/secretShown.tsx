/** A secret that is told this once. */
import { App, Typography } from 'antd';
import { useIntegrationWords } from './words.ts';

export function useShowSecret(): (secret: string) => void {
  const say = useIntegrationWords();
  const { modal } = App.useApp();
  return (secret) => {
    const content = (
      <Typography.Text code copyable style={{ overflowWrap: 'anywhere' }}>
        {secret}
      </Typography.Text>
    );
    modal.success({ title: say('once'), content, width: 520 });
  };
}
