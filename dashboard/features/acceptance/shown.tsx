/** An outlet's word on what runs on its media: each creative as readers saw it, refused or let run again. */

import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import type { Category, Format } from '../../../db/terms/market.ts';
import { useOutletId } from '../../lib/acting.ts';
import { api, read } from '../../lib/client.ts';
import { count, instant } from '../../lib/format.ts';
import { useCategoryLabel, useFormatLabel } from '../../lib/labels.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { optionsOf } from '../../ui/choice.ts';
import type { Column } from '../../ui/column.ts';
import { markColumn, nameColumn } from '../../ui/columns.tsx';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { ListScreen } from '../../ui/listScreen.tsx';
import { Facts, Mark } from '../../ui/page.tsx';
import { CreativePreview } from '../creatives/preview.tsx';
import { SHOWN, type Shown, useShown } from './data.ts';
import { useShownWords } from './words.ts';

const paths = api['outlet-creatives'];
const stateOf = (row: Shown): 'running' | 'refused' => (row.refusedAt ? 'refused' : 'running');

export function ShownCreatives() {
  const say = useShownWords();
  return (
    <ListScreen
      title={say('title')}
      hint={say('hint')}
      label={say('label')}
      query={useShown()}
      columns={useColumns()}
      rowKey={(row) => row.creativeId}
      choices={[
        {
          param: 'state',
          label: say('state'),
          all: say('all'),
          options: optionsOf(['running', 'refused'] as const, say),
          of: stateOf,
        },
      ]}
      none={{ title: say('none'), hint: say('noneHint') }}
      exportAs="creatives-shown"
      param="creative"
      sheet={{ size: 480, title: (row) => row?.name, body: (row) => <Sheet row={row} /> }}
    />
  );
}

function useColumns(): Column<Shown>[] {
  const say = useShownWords();
  const format = useFormatLabel();
  const category = useCategoryLabel();
  return [
    nameColumn(say('name'), (row) => row.name),
    {
      key: 'advertiser',
      title: say('advertiser'),
      width: '1.5fr',
      value: (row) => row.advertiserName,
    },
    { key: 'category', title: say('category'), value: (row) => category(row.category) },
    { key: 'format', title: say('format'), value: (row) => format(row.format), hideOnPhone: true },
    {
      key: 'impressions',
      title: say('impressions'),
      align: 'right',
      width: '150px',
      value: (row) => row.impressions,
      render: (row) => count(row.impressions),
    },
    markColumn(
      say('state'),
      (row) => say(stateOf(row)),
      (row) => (row.refusedAt ? 'bad' : 'good'),
    ),
  ];
}

function Sheet({ row }: { row: Shown }) {
  const say = useShownWords();
  const category = useCategoryLabel();
  return (
    <div className="stack">
      <CreativePreview format={row.format as Format} content={row.content} />
      <Mark tone={row.refusedAt ? 'bad' : 'good'}>{say(stateOf(row))}</Mark>
      <Facts
        items={[
          [say('advertiser'), row.advertiserName],
          [say('category'), category(row.category as Category)],
          [say('impressions'), count(row.impressions)],
          [
            say('landing'),
            <a key="landing" href={row.landingUrl} target="_blank" rel="noreferrer noopener">
              {row.landingUrl}
            </a>,
          ],
          ...(row.refusedAt
            ? ([
                [say('refusedAt'), instant(row.refusedAt)],
                [say('because'), row.refusedBecause ?? '—'],
              ] as const)
            : []),
        ]}
      />
      {row.refusedAt ? <Accept row={row} /> : <Refuse row={row} />}
    </div>
  );
}

function Accept({ row: { creativeId } }: { row: Shown }) {
  const say = useShownWords();
  const outletId = useOutletId();
  const accept = useChange({
    run: () => read(paths.acceptances.$post({ json: { outletId, creativeId } })),
    refresh: [SHOWN],
    say: say('accepted'),
  });
  return (
    <span>
      <Asked
        label={say('accept')}
        hint={say('acceptAsk')}
        loading={accept.isPending}
        run={() => accept.mutateAsync(undefined)}
      />
    </span>
  );
}

function Refuse({ row: { creativeId } }: { row: Shown }) {
  const say = useShownWords();
  const outletId = useOutletId();
  const [open, setOpen] = useState(false);
  return (
    <span>
      <Button danger onClick={() => setOpen(true)}>
        {say('refuse')}
      </Button>
      <FormDrawer<{ reason: string }, unknown>
        open={open}
        close={() => setOpen(false)}
        title={say('refuse')}
        name={`refuse-${outletId}-${creativeId}`}
        okText={say('refuse')}
        initial={{}}
        run={({ reason }) => read(paths.refusals.$post({ json: { outletId, creativeId, reason } }))}
        refresh={[SHOWN]}
        say={say('refusedNow')}
      >
        <Form.Item
          name="reason"
          label={say('reason')}
          extra={say('refuseHint')}
          rules={[{ required: true, whitespace: true, min: 2, message: say('reasonWanted') }]}
        >
          <Input.TextArea maxLength={200} showCount autoSize={{ minRows: 3 }} />
        </Form.Item>
      </FormDrawer>
    </span>
  );
}
