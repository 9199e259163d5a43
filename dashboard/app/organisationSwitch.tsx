/** Whose desk this is; whoever belongs to several organisations changes desks here. */
import { SwapOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Dropdown } from 'antd';
import { type Me, sessionQuery } from '../lib/me.ts';
import { auth } from '../lib/session.ts';
import { useShellWords } from './words.ts';

const [SESSION] = sessionQuery.queryKey;

export function OrganisationSwitch({ me }: { me: Me }) {
  const say = useShellWords();
  const navigate = useNavigate();
  const client = useQueryClient();
  const name = (
    <span className="side-organisation" title={me.organizationName}>
      {me.organizationName}
    </span>
  );
  if (me.organizations.length < 2) return name;
  const change = async (organizationId: string) => {
    await auth.organization.setActive({ organizationId });
    // Who sits here is read anew before anything else goes: no screen is ever shown to nobody.
    await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
    await navigate({ to: '/' });
    // What one organisation may see is not for the other's desk.
    await client.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION });
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
