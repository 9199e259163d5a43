/** One segment: who is in it and on what basis, the lists sent for it, and its pause and end. */
import { Button } from 'antd';
import { api, read } from '../../lib/client.ts';
import { count, instant } from '../../lib/format.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import type { Column } from '../../ui/column.ts';
import { DataTable } from '../../ui/dataTable.tsx';
import { Facts, Figure, Figures, Mark } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { AUDIENCE_TONES, AUDIENCES, type Audience, type ListSent, useListsSent } from './data.ts';
import { useDefinition } from './definition.ts';
import { ListUpload } from './listUpload.tsx';
import { useAudienceWords } from './words.ts';

const one = api.audiences[':id'];

export function AudienceSheet({ audience, edit }: { audience: Audience; edit: () => void }) {
  const say = useAudienceWords();
  const definition = useDefinition();
  return (
    <div className="stack">
      <Figures>
        <Figure label={say('size')} value={count(audience.size)} />
        <Figure label={say('expiry')} value={say('days', { n: audience.memberDays })} />
        <Figure
          label={say('status')}
          value={<Mark tone={AUDIENCE_TONES[audience.status]}>{say(audience.status)}</Mark>}
        />
      </Figures>
      <Steps audience={audience} edit={edit} />
      <Facts
        items={[
          [say('kind'), say(audience.kind)],
          [say('definition'), definition(audience)],
          [say('basis'), say(audience.consentBasis)],
          [say('note'), audience.consentNote],
          [say('refreshed'), audience.refreshedAt ? instant(audience.refreshedAt) : say('notYet')],
        ]}
      />
      {audience.kind === 'upload' && (
        <>
          <ListUpload audience={audience} />
          <Lists id={audience.id} />
        </>
      )}
    </div>
  );
}

function Steps({ audience, edit }: { audience: Audience; edit: () => void }) {
  const say = useAudienceWords();
  const param = { id: String(audience.id) };
  const turn = useChange({
    run: (_: undefined) => {
      const status = audience.status === 'active' ? ('paused' as const) : ('active' as const);
      return read(one.$patch({ param, json: { version: audience.version, status } }));
    },
    refresh: [AUDIENCES],
    say: say('saved'),
  });
  const remove = useChange({
    run: (_: undefined) => one.$delete({ param }),
    refresh: [AUDIENCES],
    say: say('removed'),
  });
  return (
    <div className="row">
      <Button onClick={edit}>{say('edit')}</Button>
      <Button loading={turn.isPending} onClick={() => turn.mutate(undefined)}>
        {say(audience.status === 'active' ? 'pause' : 'resume')}
      </Button>
      <Asked
        label={say('remove')}
        hint={say('removeAsk')}
        type="text"
        danger
        run={() => remove.mutateAsync(undefined)}
      />
    </div>
  );
}

function Lists({ id }: { id: number }) {
  const say = useAudienceWords();
  const list = useListsSent(id);
  const columns: Column<ListSent>[] = [
    {
      key: 'act',
      title: say('act'),
      lead: true,
      value: (row) => say(row.act === 'add' ? 'add' : 'takeOut'),
    },
    {
      key: 'lines',
      title: say('lines'),
      align: 'right',
      value: (row) => row.lineCount,
      render: (row) => count(row.lineCount),
    },
    {
      key: 'changed',
      title: say('changed'),
      align: 'right',
      value: (row) => row.changed,
      render: (row) => count(row.changed),
    },
    {
      key: 'at',
      title: say('at'),
      width: '150px',
      value: (row) => row.at,
      render: (row) => <span className="number">{instant(row.at)}</span>,
    },
  ];
  return (
    <DataTable
      rows={list.data?.items}
      error={list.error}
      retry={() => void list.refetch()}
      columns={columns}
      rowKey={(row) => row.id}
      label={say('lists')}
      urlKey="u_"
      maxHeight={280}
      empty={<Empty title={say('noLists')} />}
    />
  );
}
