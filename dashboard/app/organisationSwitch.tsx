/** Whose desk this is; whoever belongs to several organisations changes desks here. */
import { SwapOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import type { Me } from '../lib/me.ts';
import { auth } from '../lib/session.ts';
import { useShellWords } from './words.ts';

export function OrganisationSwitch({ me }: { me: Me }) {
  const say = useShellWords();
  const name = (
    <span className="side-organisation" title={me.organizationName}>
      {me.organizationName}
    </span>
  );
  if (me.organizations.length < 2) return name;
  const change = async (organizationId: string) => {
    await auth.organization.setActive({ organizationId });
    // What one organisation may see is not for the other's desk: the page begins anew, with nothing of it in memory.
    window.location.assign('/');
  };
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        selectedKeys: [me.organizationId],
        items: me.organizations.map((one) => ({ key: one.id, label: one.name })),
        onClick: ({ key }) => void change(key),
      }}
    >
      <Button
        type="text"
        className="side-switch"
        icon={<SwapOutlined />}
        iconPlacement="end"
        aria-label={`${say('switchTo')}: ${me.organizationName}`}
      >
        {name}
      </Button>
    </Dropdown>
  );
}
