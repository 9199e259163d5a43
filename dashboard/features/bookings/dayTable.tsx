/** Booked days in one state, and what this side does about each: prove, report as missed, judge, take the money back. */
import { Button } from 'antd';
import { useState } from 'react';
import { api, once, read } from '../../lib/client.ts';
import { useChange } from '../../lib/queries.ts';
import { said, useLanguage } from '../../lib/words.ts';
import { Asked } from '../../ui/asked.tsx';
import type { Column } from '../../ui/column.ts';
import { actsColumn, markColumn, moneyColumn } from '../../ui/columns.tsx';
import { List } from '../../ui/list.tsx';
import { today } from '../../ui/period.tsx';
import { ChangeForm } from './changeForm.tsx';
import { useChangeWords } from './changeWords.ts';
import {
  BOOKINGS,
  type BookedDay,
  DAY_TONES,
  type FulfilmentStatus,
  useFulfilment,
} from './data.ts';
import { MissForm } from './missForm.tsx';
import { ProofForm } from './proofForm.tsx';
import { Verdict } from './verdict.tsx';
import { useBookingWords } from './words.ts';

interface Props {
  status: FulfilmentStatus;
  side: 'outlet' | 'buyer';
  orderId?: string;
}

export function DayTable({ status, side, orderId }: Props) {
  const say = useBookingWords();
  return (
    <List
      label={say('days')}
      query={useFulfilment(status, orderId)}
      columns={useColumns(side)}
      rowKey={(row) => `${row.lineId} ${row.day}`}
      none={{ title: say('noDays'), hint: say('noDaysHint') }}
      exportAs={`booked-days-${status}`}
      urlKey="f_"
    />
  );
}

/** Sold, and over. */
const owesProof = (row: BookedDay): boolean => row.status === 'sold' && row.day < today();

function useColumns(side: Props['side']): Column<BookedDay>[] {
  const say = useBookingWords();
  return [
    { key: 'day', title: say('day'), width: '110px', value: (row) => row.day },
    {
      key: 'placement',
      title: say('placement'),
      lead: true,
      width: '1.3fr',
      value: (row) => row.placementName,
    },
    { key: 'order', title: say('order'), width: '1.3fr', value: (row) => row.orderName },
    {
      key: 'other',
      title: say(side === 'outlet' ? 'advertiser' : 'outlet'),
      width: '1.3fr',
      value: (row) => (side === 'outlet' ? row.advertiserName : row.outletName),
    },
    moneyColumn('price', say('price'), (row) => row.priceMicroCny),
    markColumn(
      say('status'),
      (row) => say(owesProof(row) ? 'proofs' : row.status),
      (row) => (owesProof(row) ? 'warn' : DAY_TONES[row.status]),
    ),
    {
      key: 'proof',
      title: say('proof'),
      value: (row) => row.evidence.length,
      render: (row) => <Proofs day={row} />,
      hideOnPhone: true,
    },
    actsColumn((row) => (side === 'outlet' ? <Prove day={row} /> : <Judge day={row} />)),
  ];
}

/** Files that were sent, and what they failed to prove. */
function Proofs({ day }: { day: BookedDay }) {
  const language = useLanguage();
  if (day.evidence.length === 0) return '—';
  return day.evidence.map((one) => (
    <a
      key={one.id}
      href={`/api/evidence/${one.id}/file`}
      target="_blank"
      rel="noreferrer"
      title={one.findings.map((finding) => said(finding, language)).join('\n')}
      style={{ marginInlineEnd: 8 }}
    >
      #{one.ordinal}
      {one.findings.length > 0 && ' ⚠'}
    </a>
  ));
}

/** A make-good for a day that did not run. */
function Offer({ day }: { day: BookedDay }) {
  const say = useChangeWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {say('offer')}
      </Button>
      <ChangeForm lineId={day.lineId} missed={day.day} open={open} close={() => setOpen(false)} />
    </>
  );
}

function Prove({ day }: { day: BookedDay }) {
  const say = useBookingWords();
  const [open, setOpen] = useState<'proof' | 'miss'>();
  if (day.status === 'missed') return <Offer day={day} />;
  if (day.status !== 'sold' && day.status !== 'proved') return null;
  return (
    <span className="row" style={{ gap: 6, flexWrap: 'nowrap' }}>
      <Button size="small" type="primary" onClick={() => setOpen('proof')}>
        {say('upload')}
      </Button>
      <Button size="small" onClick={() => setOpen('miss')}>
        {say('miss')}
      </Button>
      <ProofForm day={day} open={open === 'proof'} close={() => setOpen(undefined)} />
      <MissForm day={day} open={open === 'miss'} close={() => setOpen(undefined)} />
    </span>
  );
}

function Judge({ day }: { day: BookedDay }) {
  const say = useBookingWords();
  const release = useChange({
    run: (_: undefined, key) =>
      read(
        api.bookings[':id'].release.$post(
          { param: { id: String(day.lineId) }, json: { day: day.day, version: day.version } },
          once(key),
        ),
      ),
    refresh: [BOOKINGS],
    say: say('releasedNow'),
  });
  if (day.status === 'proved') return <Verdict day={day} />;
  if (day.status !== 'missed') return null;
  return (
    <Asked
      label={say('release')}
      ask={say('releaseAsk')}
      size="small"
      run={() => release.mutateAsync(undefined)}
    />
  );
}
