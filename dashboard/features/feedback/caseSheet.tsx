/** One case: what was said of which ad and where, the advertiser's reply, and the verdict on it. */
import { useQuery } from '@tanstack/react-query';
import { api, read } from '../../lib/client.ts';
import { count, instant } from '../../lib/format.ts';
import { useMe } from '../../lib/me.ts';
import type { Column } from '../../ui/column.ts';
import { DataTable } from '../../ui/dataTable.tsx';
import { Facts, Mark } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { CreativePreview } from '../creatives/preview.tsx';
import { CASE_TONES, type FeedbackDetail, useFeedbackCase, useStanding } from './data.ts';
import { Reply } from './reply.tsx';
import { CaseVerdict } from './verdict.tsx';
import { useFeedbackReason, useFeedbackWords } from './words.ts';

export function CaseSheet({ id }: { id: string }) {
  const found = useFeedbackCase(id);
  return <Loaded query={found}>{(row) => <Body row={row} />}</Loaded>;
}

function Body({ row }: { row: FeedbackDetail }) {
  const say = useFeedbackWords();
  const reason = useFeedbackReason();
  const me = useMe();
  const isOwn = me.advertiserIds.includes(row.advertiserId);
  return (
    <div className="stack">
      <Mark tone={CASE_TONES[row.status]}>{say(row.status)}</Mark>
      <Facts
        items={[
          [say('creative'), row.creativeName ?? `#${row.creativeId}`],
          [say('advertiser'), row.advertiserName ?? `#${row.advertiserId}`],
          [say('reason'), `${say(row.kind)} · ${reason(row.reason)}`],
          [say('sayings'), count(row.sayings)],
          [say('urgency'), count(row.urgency)],
          [say('firstAt'), instant(row.firstAt)],
          [say('lastAt'), instant(row.lastAt)],
          [say('seeCases'), <Record key="record" advertiserId={row.advertiserId} />],
          ...(row.decidedAt
            ? ([
                [say('decidedAt'), instant(row.decidedAt)],
                [say('answer'), row.answer],
              ] as const)
            : []),
          [say('reply'), row.advertiserReply ?? say('noReply')],
        ]}
      />
      <Ad creativeId={row.creativeId} />
      {me.kind === 'platform' && row.status === 'open' && <CaseVerdict row={row} />}
      {isOwn && row.advertiserReply === null && <Reply id={row.id} />}
      <Places row={row} />
    </div>
  );
}

/** The advertiser's last thirty days in a line. */
function Record({ advertiserId }: { advertiserId: number }) {
  const say = useFeedbackWords();
  const standing = useStanding('30');
  const one = standing.data?.find((row) => row.advertiserId === advertiserId);
  if (!one) return '—';
  return `${say('upheldCases')} ${one.upheld} · ${say('reports')} ${count(one.reports)} · ${say('perMillion')} ${one.reportsPerMillion?.toFixed(2) ?? '—'}`;
}

/** The ad as readers saw it; nothing where it is gone. */
function Ad({ creativeId }: { creativeId: number }) {
  const found = useQuery({
    queryKey: ['creatives', creativeId],
    queryFn: () => read(api.creatives[':id'].$get({ param: { id: String(creativeId) } })),
  });
  const row = found.data;
  if (!row) return null;
  return (
    <CreativePreview
      format={row.format}
      content={row.content}
      size={row.w && row.h ? { w: row.w, h: row.h } : undefined}
    />
  );
}

type Place = FeedbackDetail['places'][number];

function Places({ row }: { row: FeedbackDetail }) {
  const say = useFeedbackWords();
  const columns: Column<Place>[] = [
    { key: 'outlet', title: say('outlet'), lead: true, value: (one) => one.outletName },
    {
      key: 'division',
      title: say('division'),
      value: (one) => one.divisionName || one.divisionCode,
    },
    { key: 'sayings', title: say('sayings'), align: 'right', value: (one) => one.sayings },
    { key: 'readers', title: say('readers'), align: 'right', value: (one) => one.readers },
  ];
  return (
    <section className="stack" style={{ gap: 8 }}>
      <strong>{say('where')}</strong>
      <DataTable
        rows={row.places}
        columns={columns}
        rowKey={(one) => `${one.outletId} ${one.divisionCode}`}
        label={say('whereLabel')}
        urlKey="w_"
        maxHeight={260}
        empty={<Empty title={say('noPlaces')} />}
      />
    </section>
  );
}
