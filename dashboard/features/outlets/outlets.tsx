/** The platform's book of outlets: who they are, where, how far they have come in, and their contracts in short. */

import { useQuery } from '@tanstack/react-query';
import { Popconfirm, Switch } from 'antd';
import { TIERS } from '../../../db/terms/market.ts';
import { api, read } from '../../lib/client.ts';
import { useCountyBook } from '../../lib/divisions.ts';
import { useTierLabel } from '../../lib/labels.ts';
import { OUTLETS, type Outlet, useOutlets } from '../../lib/parties.ts';
import { useChange } from '../../lib/queries.ts';
import { useLanguage } from '../../lib/words.ts';
import { optionsOf } from '../../ui/choice.ts';
import type { Column } from '../../ui/column.ts';
import { nameColumn } from '../../ui/columns.tsx';
import { ListScreen } from '../../ui/listScreen.tsx';
import { Facts, Figure, Figures, Mark } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { STAGES } from '../admission/data.ts';
import { AdmissionDesk } from '../admission/desk.tsx';
import { useAdmissionWords } from '../admission/words.ts';
import { OutletContracts } from '../contracts/ofOutlet.tsx';
import { useOutletWords } from './words.ts';

const STATUSES = ['active', 'pending', 'suspended'] as const;

export function Outlets() {
  const say = useOutletWords();
  const tier = useTierLabel();
  const stage = useAdmissionWords();
  const list = useOutlets();
  return (
    <ListScreen
      title={say('title')}
      hint={say('hint')}
      label={say('label')}
      figures={list.data && <Summary rows={list.data} />}
      query={list}
      columns={useColumns()}
      choices={[
        {
          param: 'tier',
          label: say('tier'),
          all: say('allTiers'),
          options: optionsOf(TIERS, tier),
          of: (row) => row.tier,
        },
        {
          param: 'status',
          label: say('status'),
          all: say('allStatuses'),
          options: optionsOf(STATUSES, say),
          of: (row) => row.status,
        },
        {
          param: 'admission',
          label: stage('title'),
          all: say('allStages'),
          options: optionsOf(STAGES, stage),
          of: (row) => row.admission ?? '',
        },
      ]}
      none={{ title: say('none'), hint: say('noneHint') }}
      exportAs="outlets"
      param="outlet"
      sheet={{
        size: 680,
        title: (row) => row?.name,
        byId: (id) => <OutletSheet id={Number(id)} />,
      }}
    />
  );
}

function Summary({ rows }: { rows: readonly Outlet[] }) {
  const say = useOutletWords();
  const tier = useTierLabel();
  const pending = rows.filter((row) => row.status === 'pending').length;
  return (
    <Figures>
      {TIERS.map((one) => (
        <Figure key={one} label={tier(one)} value={rows.filter((row) => row.tier === one).length} />
      ))}
      <Figure label={say('pending')} value={pending} tone={pending > 0 ? 'warn' : 'plain'} />
    </Figures>
  );
}

/** A division's name; its code while the book of names is on its way. */
function usePlaceName(): (code: string) => string {
  const language = useLanguage();
  const book = useCountyBook();
  return (code) => {
    const division = book.data?.byCode.get(code);
    return (language === 'zh' ? division?.nameZh : division?.nameEn) ?? code;
  };
}

function useColumns(): Column<Outlet>[] {
  const say = useOutletWords();
  const tier = useTierLabel();
  const stage = useAdmissionWords();
  const placeOf = usePlaceName();
  return [
    nameColumn(say('name'), (row) => row.name, { width: '2fr' }),
    { key: 'tier', title: say('tier'), width: '110px', value: (row) => tier(row.tier) },
    {
      key: 'division',
      title: say('division'),
      value: (row) => placeOf(row.divisionCode),
      render: (row) => <span title={row.divisionCode}>{placeOf(row.divisionCode)}</span>,
    },
    {
      key: 'status',
      title: say('status'),
      width: '190px',
      value: (row) => say(row.status),
      render: (row) => (
        <>
          <OutletMark status={row.status} />
          {row.status === 'pending' && row.admission && (
            <span className="faint small"> {stage(row.admission)}</span>
          )}
        </>
      ),
    },
    { key: 'id', title: say('id'), align: 'right', width: '80px', value: (row) => row.id },
  ];
}

function OutletMark({ status }: { status: string }) {
  const say = useOutletWords();
  const known =
    status === 'active' ? say('active') : status === 'pending' ? say('pending') : say('suspended');
  return (
    <Mark tone={status === 'active' ? 'good' : status === 'pending' ? 'warn' : 'bad'}>{known}</Mark>
  );
}

function OutletSheet({ id }: { id: number }) {
  const say = useOutletWords();
  const placeOf = usePlaceName();
  const query = useQuery({
    queryKey: [...OUTLETS, id],
    queryFn: () => read(api.outlets[':id'].$get({ param: { id: String(id) } })),
  });
  return (
    <Loaded query={query}>
      {(outlet) => (
        <div className="stack">
          <Facts
            items={[
              [say('division'), `${placeOf(outlet.divisionCode)} ${outlet.divisionCode}`],
              [say('status'), <Admission key="status" outlet={outlet} />],
              // Who is still coming in has said so in its papers below.
              ...(outlet.status === 'pending'
                ? []
                : ([
                    [say('payee'), outlet.payeeName ?? say('missing')],
                    [say('payeeAccount'), outlet.payeeAlipayAccount ?? say('missing')],
                  ] as const)),
            ]}
          />
          <AdmissionDesk outletId={id} />
          <OutletContracts outletId={id} drafts={outlet.status !== 'pending'} />
        </div>
      )}
    </Loaded>
  );
}

/** On or off the market; off asks first, because everything it sells stops. */
function Admission(props: {
  outlet: { id: number; version: number; status: 'pending' | 'active' | 'suspended' };
}) {
  const say = useOutletWords();
  const { outlet } = props;
  const on = outlet.status === 'active';
  const edit = useChange({
    run: () =>
      read(
        api.outlets[':id'].$patch({
          param: { id: String(outlet.id) },
          json: { version: outlet.version, status: on ? 'suspended' : 'active' },
        }),
      ),
    refresh: [OUTLETS],
    say: say('saved'),
  });
  // Who never came in does so by its admission.
  if (outlet.status === 'pending') return <OutletMark status={outlet.status} />;
  return (
    <Popconfirm
      title={say(on ? 'suspendAsk' : 'admitAsk')}
      okText={say(on ? 'suspend' : 'admit')}
      cancelText={say('cancel')}
      onConfirm={() => edit.mutateAsync(undefined)}
    >
      <Switch size="small" checked={on} loading={edit.isPending} aria-label={say('status')} />{' '}
      <OutletMark status={outlet.status} />
    </Popconfirm>
  );
}
