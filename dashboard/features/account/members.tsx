/** Members of one's organisation and their roles; invitations. */

import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Popconfirm, Select } from 'antd';
import { useState } from 'react';
import { type Answer, api, once, read } from '../../lib/client.ts';
import { instant } from '../../lib/format.ts';
import { useMe } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import { optionsOf } from '../../ui/choice.ts';
import type { Column } from '../../ui/column.ts';
import { DataTable } from '../../ui/dataTable.tsx';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { Mark, Page, Panel } from '../../ui/page.tsx';
import { useMemberWords, useRoleLabel } from './words.ts';

type Book = Answer<Awaited<ReturnType<typeof api.members.$get>>>;
type Member = Book['items'][number];
type Invite = Parameters<typeof api.members.$post>[0]['json'];
type Role = Invite['roles'][number];

const KEY = ['members'];

/** What an organisation of a kind can give: the platform has desks, the others have one. */
const rolesOf = (kind: string): Role[] =>
  kind === 'platform'
    ? ['owner', 'admin', 'operator', 'reviewer', 'finance']
    : ['owner', 'admin', 'member', 'finance'];

export function Members() {
  const say = useMemberWords();
  const [inviting, setInviting] = useState(false);
  const me = useMe();
  const manages = me.roles.includes('owner') || me.roles.includes('admin');
  const book = useQuery({ queryKey: KEY, queryFn: () => read(api.members.$get()) });
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        manages && (
          <Button type="primary" onClick={() => setInviting(true)}>
            {say('invite')}
          </Button>
        )
      }
    >
      <Panel flush>
        <MemberTable
          rows={book.data?.items}
          manages={manages}
          error={book.error}
          retry={() => void book.refetch()}
        />
      </Panel>
      {book.data && book.data.invitations.length > 0 && <Invitations book={book.data} />}
      <InviteForm open={inviting} close={() => setInviting(false)} />
    </Page>
  );
}

function MemberTable(props: {
  rows: Member[] | undefined;
  manages: boolean;
  error: unknown;
  retry: () => void;
}) {
  const say = useMemberWords();
  const me = useMe();
  const columns: Column<Member>[] = [
    {
      key: 'name',
      title: say('name'),
      lead: true,
      value: (row) => row.name,
      render: (row) => (
        <>
          {row.name} {row.userId === me.userId && <span className="faint">({say('you')})</span>}
        </>
      ),
    },
    { key: 'email', title: say('email'), value: (row) => row.email, width: 'minmax(190px, 1.4fr)' },
    {
      key: 'role',
      title: say('role'),
      value: (row) => row.roles.join(' '),
      width: '210px',
      render: (row) => <Roles row={row} fixed={!props.manages || row.userId === me.userId} />,
    },
    {
      key: 'factor',
      title: say('factor'),
      value: (row) => String(row.twoFactorEnabled),
      render: (row) => (
        <Mark tone={row.twoFactorEnabled ? 'good' : 'quiet'}>
          {say(row.twoFactorEnabled ? 'factorOn' : 'factorOff')}
        </Mark>
      ),
    },
    {
      key: 'joined',
      title: say('joined'),
      value: (row) => row.createdAt,
      render: (row) => <span className="number">{instant(row.createdAt)}</span>,
      width: '150px',
    },
    {
      key: 'remove',
      title: '',
      value: () => '',
      width: '90px',
      render: (row) => props.manages && row.userId !== me.userId && <Remove row={row} />,
    },
  ];
  return (
    <DataTable {...props} label={say('label')} columns={columns} rowKey={(row) => row.id} search />
  );
}

function Roles({ row, fixed }: { row: Member; fixed: boolean }) {
  const say = useMemberWords();
  const label = useRoleLabel();
  const me = useMe();
  const change = useChange({
    run: (roles: Role[]) => api.members[':id'].$patch({ param: { id: row.id }, json: { roles } }),
    refresh: [KEY],
    say: say('changed'),
  });
  if (fixed) return <>{row.roles.map(label).join(' · ')}</>;
  return (
    <Select<Role[]>
      size="small"
      style={{ width: 190 }}
      aria-label={say('role')}
      value={row.roles as Role[]}
      mode="multiple"
      maxTagCount="responsive"
      loading={change.isPending}
      options={optionsOf(rolesOf(me.kind), label)}
      onChange={(roles) => roles.length > 0 && change.mutate(roles)}
    />
  );
}

function Remove({ row }: { row: Member }) {
  const say = useMemberWords();
  const remove = useChange({
    run: () => api.members[':id'].$delete({ param: { id: row.id } }),
    refresh: [KEY],
    say: say('removed'),
  });
  return (
    <Popconfirm
      title={say('removeAsk', { name: row.name })}
      description={say('removeHint')}
      okText={say('remove')}
      cancelText={say('keep')}
      okButtonProps={{ danger: true }}
      onConfirm={() => remove.mutateAsync(undefined)}
    >
      <Button size="small" type="text" danger loading={remove.isPending}>
        {say('remove')}
      </Button>
    </Popconfirm>
  );
}

function Invitations({ book }: { book: Book }) {
  const say = useMemberWords();
  const label = useRoleLabel();
  return (
    <Panel title={say('pending')}>
      <ul className="stack" style={{ gap: 10 }}>
        {book.invitations.map((row) => (
          <li key={row.id}>
            {row.email}{' '}
            <span className="faint">
              {(row.role ?? '').split(',').map(label).join(' · ')} ·{' '}
              {say('expires', { at: instant(row.expiresAt) })}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function InviteForm(props: { open: boolean; close: () => void }) {
  const say = useMemberWords();
  const label = useRoleLabel();
  const me = useMe();
  return (
    <FormDrawer<Invite, unknown>
      {...props}
      title={say('invite')}
      name="invite"
      okText={say('invite')}
      initial={{ roles: rolesOf(me.kind).slice(2, 3) }}
      run={(json, key) => read(api.members.$post({ json }, once(key)))}
      refresh={[KEY]}
      say={say('invited')}
    >
      <Form.Item
        name="email"
        label={say('email')}
        rules={[{ required: true, type: 'email', message: say('emailWrong') }]}
      >
        <Input inputMode="email" />
      </Form.Item>
      <Form.Item
        name="roles"
        label={say('role')}
        rules={[{ required: true, type: 'array', min: 1, message: say('roleWanted') }]}
      >
        <Select mode="multiple" options={optionsOf(rolesOf(me.kind), label)} />
      </Form.Item>
    </FormDrawer>
  );
}
