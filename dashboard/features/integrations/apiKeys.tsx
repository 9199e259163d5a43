/** Keys of the organisation: made, given a new secret, revoked. */
import { useQuery } from '@tanstack/react-query';
import { Button, DatePicker, Form, Input, Select } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { type Answer, api, read } from '../../lib/client.ts';
import { instant } from '../../lib/format.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import type { Column } from '../../ui/column.ts';
import { DataTable } from '../../ui/dataTable.tsx';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { Empty } from '../../ui/states.tsx';
import { useShowSecret } from './secretShown.tsx';
import { useIntegrationWords } from './words.ts';

type Key = Answer<Awaited<ReturnType<(typeof api)['api-keys']['$get']>>>['items'][number];
const KEYS = ['api-keys'];
const keys = api['api-keys'];
/** What most keys are for; any `read:…` or `write:…` may be typed. */
const SCOPES = [
  'read',
  'write',
  'read:reports',
  'write:campaigns',
  'write:creatives',
  'write:conversions',
];

export function ApiKeys() {
  const say = useIntegrationWords();
  const show = useShowSecret();
  const [making, setMaking] = useState(false);
  const list = useQuery({ queryKey: KEYS, queryFn: () => read(keys.$get()) });
  const rotate = useChange({
    run: (id: string) => read(keys[':id'].rotation.$post({ param: { id } })),
    refresh: [KEYS],
    done: ({ secret }) => show(secret),
  });
  const revoke = useChange({
    run: (id: string) => keys[':id'].$delete({ param: { id } }),
    refresh: [KEYS],
    say: say('revoked'),
  });
  const columns: Column<Key>[] = [
    { key: 'name', title: say('name'), lead: true, width: '1.4fr', value: (row) => row.name },
    { key: 'prefix', title: say('prefix'), value: (row) => `${row.prefix}…` },
    { key: 'scopes', title: say('scopes'), width: '1.6fr', value: (row) => row.scopes.join(' ') },
    {
      key: 'used',
      title: say('used'),
      width: '150px',
      value: (row) => row.lastUsedAt,
      render: (row) => (row.lastUsedAt ? instant(row.lastUsedAt) : say('never')),
    },
    {
      key: 'expires',
      title: say('expires'),
      width: '120px',
      value: (row) => row.expiresAt,
      render: (row) => (row.expiresAt ? instant(row.expiresAt).slice(0, 10) : '—'),
    },
    {
      key: 'acts',
      title: '',
      width: '180px',
      value: () => '',
      render: (row) => (
        <>
          {row.replacedBy === null && (
            <Asked
              label={say('rotate')}
              ask={say('rotateAsk')}
              size="small"
              type="link"
              run={() => rotate.mutateAsync(row.id)}
            />
          )}
          <Asked
            label={say('revoke')}
            ask={say('revokeAsk')}
            size="small"
            type="link"
            danger
            run={() => revoke.mutateAsync(row.id)}
          />
        </>
      ),
    },
  ];
  const make = <Button onClick={() => setMaking(true)}>{say('newKey')}</Button>;
  return (
    <>
      <DataTable
        rows={list.data?.items}
        error={list.error}
        retry={() => void list.refetch()}
        columns={columns}
        rowKey={(row) => row.id}
        label={say('keys')}
        urlKey="k_"
        filters={list.data?.items.length === 0 ? undefined : make}
        empty={<Empty title={say('noKeys')} hint={say('noKeysHint')} action={make} />}
      />
      <FormDrawer<{ name: string; scopes: string[]; expiresAt?: string | null }, { secret: string }>
        open={making}
        close={() => setMaking(false)}
        title={say('newKey')}
        name="api-key"
        initial={{ scopes: ['read'] }}
        run={({ expiresAt, ...values }) =>
          read(keys.$post({ json: { ...values, expiresAt: expiresAt ?? null } }))
        }
        refresh={[KEYS]}
        done={({ secret }) => show(secret)}
      >
        <Form.Item
          name="name"
          label={say('name')}
          rules={[{ required: true, message: say('nameWanted') }]}
        >
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item
          name="scopes"
          label={say('scopes')}
          extra={say('scopesHint')}
          rules={[{ required: true, type: 'array', min: 1, message: say('scopesWanted') }]}
        >
          <Select mode="tags" options={SCOPES.map((value) => ({ value, label: value }))} />
        </Form.Item>
        <Form.Item
          name="expiresAt"
          label={say('expires')}
          getValueProps={(at?: string | null) => ({ value: at ? dayjs(at) : null })}
          normalize={(day?: dayjs.Dayjs | null) => day?.endOf('day').toISOString() ?? null}
        >
          <DatePicker minDate={dayjs().add(1, 'day')} style={{ width: '100%' }} />
        </Form.Item>
      </FormDrawer>
    </>
  );
}
