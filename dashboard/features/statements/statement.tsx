/** One statement: its figures, how far it has come, its lines down to the journal, and what to do next. */
import { useParams } from '@tanstack/react-router';
import { Tooltip } from 'antd';
import { useState } from 'react';
import { count, instant, monthName } from '../../lib/format.ts';
import { deskOf, useMe } from '../../lib/me.ts';
import { useLanguage } from '../../lib/words.ts';
import { Figure, Figures, Money, Page, Panel } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { StatementActions } from './actions.tsx';
import { type StatementDetail, useStatement } from './data.ts';
import { StatementLines } from './lines.tsx';
import { StatementPayout } from './payout.tsx';
import { StatementMark, StatementSteps } from './statusMark.tsx';
import { useStatementStatus, useStatementWords } from './words.ts';

export function Statement() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useStatement(Number(id));
  return <Loaded query={query}>{(detail) => <Sheet detail={detail} />}</Loaded>;
}

function Sheet({ detail }: { detail: StatementDetail }) {
  const { statement, lines, adjustments, guarantees, events } = detail;
  const say = useStatementWords();
  const language = useLanguage();
  const me = useMe();
  const [ticked, setTicked] = useState<ReadonlySet<number>>(new Set());
  const disputing = deskOf(me) === 'outlet' && statement.status === 'frozen';
  return (
    <Page
      back={{ to: '/statements', label: say('back') }}
      eyebrow={statement.outletName}
      title={
        <>
          {monthName(statement.month, language)}{' '}
          {statement.revision > 0 && say('revision', { n: statement.revision + 1 })}{' '}
          <StatementMark status={statement.status} />
        </>
      }
      actions={<StatementActions detail={detail} ticked={[...ticked]} />}
    >
      <Figures>
        <Figure
          label={say('total')}
          value={<Money microCny={statement.totalMicroCny} />}
          note={statement.invoiceNo ? `${say('invoice')} ${statement.invoiceNo}` : ' '}
        />
        <Figure label={say('gross')} value={<Money microCny={statement.grossMicroCny} />} />
        <Figure label={say('share')} value={<Money microCny={statement.shareMicroCny} />} />
        <Figure
          label={say('adjustment')}
          value={<Money microCny={statement.adjustmentMicroCny} signed />}
        />
        <Figure label={say('quantity')} value={count(statement.quantity)} />
      </Figures>
      <Panel title={say('steps')}>
        <StatementSteps status={statement.status} events={events} />
        {statement.contentHash && (
          <p className="faint small" style={{ marginTop: 14 }}>
            {say('hash')}{' '}
            <Tooltip title={say('hashHint')}>
              <code>{statement.contentHash.slice(0, 16)}…</code>
            </Tooltip>
          </p>
        )}
      </Panel>
      <StatementLines
        statementId={statement.id}
        lines={lines}
        {...(disputing ? { ticked, onTick: setTicked } : {})}
      />
      <div className="grid-2">
        <StatementPayout statement={statement} />
        <Panel title={say('history')}>
          <History events={events} />
        </Panel>
        {guarantees.length > 0 && (
          <Panel title={say('guarantees')}>
            <ul className="stack" style={{ gap: 8 }}>
              {guarantees.map((row) => (
                <li key={row.bookingLineId} className="row row-between">
                  <span>{say('guaranteeOf', { order: row.orderId, day: row.endsOn })}</span>
                  <span className="number">
                    {row.delivered === null ? '—' : count(row.delivered)} / {count(row.promised)}
                    {row.remedy && ` · ${say(row.remedy)}`}
                  </span>
                </li>
              ))}
            </ul>
          </Panel>
        )}
        {adjustments.length > 0 && (
          <Panel title={say('adjustments')}>
            <ul className="stack" style={{ gap: 8 }}>
              {adjustments.map((row) => (
                <li key={row.id} className="row row-between">
                  <span>{row.reason}</span>
                  <Money microCny={row.amountMicroCny} signed />
                </li>
              ))}
            </ul>
          </Panel>
        )}
      </div>
    </Page>
  );
}

function History({ events }: { events: StatementDetail['events'] }) {
  const label = useStatementStatus();
  return (
    <ol className="stack" style={{ gap: 10 }}>
      {[...events].reverse().map((event) => (
        <li key={event.id}>
          <span className="row row-between">
            <strong>{label(event.status)}</strong>
            <span className="faint small number">{instant(event.at, true)}</span>
          </span>
          {event.note && <p className="faint">{event.note}</p>}
        </li>
      ))}
    </ol>
  );
}
