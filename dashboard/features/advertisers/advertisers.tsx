/** The platform's book of advertisers: who waits to be checked, what they may advertise, what they have. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { CATEGORIES, type Category } from '../../../db/terms/market.ts';
import { api, read } from '../../lib/client.ts';
import { instant, money } from '../../lib/format.ts';
import { useCategoryLabel } from '../../lib/labels.ts';
import { ADVERTISERS, type Advertiser, useAdvertisers } from '../../lib/parties.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { optionsOf } from '../../ui/choice.ts';
import type { Column } from '../../ui/column.ts';
import { instantColumn, markColumn, nameColumn } from '../../ui/columns.tsx';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { ListScreen } from '../../ui/listScreen.tsx';
import { Facts, Figure, Figures, Mark, Money, type Tone } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { useAdvertiserWords } from './words.ts';

const TONES: Record<Advertiser['status'], Tone> = {
  pending: 'warn',
  active: 'good',
  suspended: 'bad',
};
const STATUSES = ['pending', 'active', 'suspended'] as const;
/** Categories whose advertisements need a permit (Advertising Law 46). */
const SPECIAL: readonly string[] = [
  'medical',
  'drug',
  'medical_device',
  'health_food',
  'pesticide',
  'veterinary',
];

export function Advertisers() {
  const say = useAdvertiserWords();
  const list = useAdvertisers();
  return (
    <ListScreen
      title={say('title')}
      hint={say('hint')}
      label={say('title')}
      figures={list.data && <Summary rows={list.data} />}
      query={list}
      columns={useColumns()}
      choices={[
        {
          param: 'status',
          label: say('status'),
          all: say('all'),
          options: optionsOf(STATUSES, say),
          of: (row) => row.status,
        },
      ]}
      none={{ title: say('none'), hint: say('noneHint') }}
      exportAs="advertisers"
      param="advertiser"
      sheet={{
        size: 560,
        title: (row) => row?.name,
        body: (row) => <Sheet advertiser={row} />,
      }}
    />
  );
}

function Summary({ rows }: { rows: readonly Advertiser[] }) {
  const say = useAdvertiserWords();
  const count = (status: string) => rows.filter((row) => row.status === status).length;
  return (
    <Figures>
      <Figure
        label={say('pending')}
        value={count('pending')}
        tone={count('pending') > 0 ? 'warn' : 'plain'}
        note={say('pendingNote')}
      />
      <Figure label={say('active')} value={count('active')} />
      <Figure label={say('suspended')} value={count('suspended')} />
      <Figure
        label={say('special')}
        value={rows.filter((row) => SPECIAL.includes(row.category)).length}
        note={say('specialNote')}
      />
    </Figures>
  );
}

function useColumns(): Column<Advertiser>[] {
  const say = useAdvertiserWords();
  const category = useCategoryLabel();
  return [
    nameColumn(say('name'), (row) => row.name, { width: '2fr' }),
    { key: 'category', title: say('category'), value: (row) => category(row.category) },
    { key: 'domain', title: say('domain'), width: '1.3fr', value: (row) => row.domain },
    markColumn(
      say('status'),
      (row) => say(row.status),
      (row) => TONES[row.status],
    ),
    instantColumn('since', say('since'), (row) => row.createdAt, { hideOnPhone: true }),
    { key: 'id', title: say('id'), align: 'right', width: '80px', value: (row) => row.id },
  ];
}

function Sheet({ advertiser }: { advertiser: Advertiser }) {
  const say = useAdvertiserWords();
  const category = useCategoryLabel();
  const [editing, setEditing] = useState(false);
  const wallet = useQuery({
    queryKey: ['wallet', String(advertiser.id)],
    queryFn: () => read(api.wallet.$get({ query: { advertiserId: String(advertiser.id) } })),
  });
  return (
    <div className="stack">
      <Facts
        items={[
          [
            say('status'),
            <Mark key="s" tone={TONES[advertiser.status]}>
              {say(advertiser.status)}
            </Mark>,
          ],
          [say('category'), category(advertiser.category)],
          [say('domain'), advertiser.domain ?? '—'],
          [say('since'), instant(advertiser.createdAt)],
        ]}
      />
      {SPECIAL.includes(advertiser.category) && <Mark tone="warn">{say('permit')}</Mark>}
      <Loaded query={wallet} lines={2}>
        {(data) => (
          <Figures>
            <Figure
              label={say('available')}
              value={<Money microCny={data.availableMicroCny} />}
              note={
                BigInt(data.creditLimitMicroCny) > 0n
                  ? say('credit', { amount: money(data.creditLimitMicroCny) })
                  : undefined
              }
            />
            <Figure label={say('held')} value={<Money microCny={data.heldMicroCny} />} />
          </Figures>
        )}
      </Loaded>
      <div className="row">
        <Admit advertiser={advertiser} />
        <Button onClick={() => setEditing(true)}>{say('edit')}</Button>
      </div>
      <Edit advertiser={advertiser} open={editing} close={() => setEditing(false)} />
    </div>
  );
}

function Admit({ advertiser }: { advertiser: Advertiser }) {
  const say = useAdvertiserWords();
  const on = advertiser.status === 'active';
  const change = useChange({
    run: () =>
      read(
        api.advertisers[':id'].$patch({
          param: { id: String(advertiser.id) },
          json: { version: advertiser.version, status: on ? 'suspended' : 'active' },
        }),
      ),
    refresh: [ADVERTISERS, ['notices']],
    say: say('saved'),
  });
  return (
    <Asked
      label={say(on ? 'suspend' : 'admit')}
      ask={say(on ? 'suspendAsk' : 'admitAsk')}
      type={on ? 'default' : 'primary'}
      danger={on}
      loading={change.isPending}
      run={() => change.mutateAsync(undefined)}
    />
  );
}

interface Values {
  name: string;
  category: Category;
  domain?: string | null;
}

function Edit(props: { advertiser: Advertiser; open: boolean; close: () => void }) {
  const say = useAdvertiserWords();
  const label = useCategoryLabel();
  const client = useQueryClient();
  const { advertiser } = props;
  return (
    <FormDrawer<Values, unknown>
      open={props.open}
      close={props.close}
      title={say('edit')}
      name={`advertiser-${advertiser.id}`}
      initial={{
        name: advertiser.name,
        category: advertiser.category as Category,
        domain: advertiser.domain,
      }}
      run={({ domain, ...values }) =>
        read(
          api.advertisers[':id'].$patch({
            param: { id: String(advertiser.id) },
            json: { ...values, domain: domain || null, version: advertiser.version },
          }),
        )
      }
      refresh={[ADVERTISERS]}
      reload={() => client.invalidateQueries({ queryKey: ADVERTISERS })}
      say={say('saved')}
    >
      <Form.Item
        name="name"
        label={say('name')}
        rules={[{ required: true, message: say('nameWanted') }]}
      >
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="category" label={say('category')} extra={say('categoryHint')}>
        <Select showSearch={{ optionFilterProp: 'label' }} options={optionsOf(CATEGORIES, label)} />
      </Form.Item>
      <Form.Item name="domain" label={say('domain')}>
        <Input maxLength={253} allowClear />
      </Form.Item>
    </FormDrawer>
  );
}
