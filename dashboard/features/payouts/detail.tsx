/** One payout and the way of its money: statement → payout → transfer → bill line, with the journals. */
import { Link } from '@tanstack/react-router';
import { App, Button } from 'antd';
import { api, read } from '../../lib/client.ts';
import { fenMoney, instant } from '../../lib/format.ts';
import { deskOf, useMe } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { JournalView } from '../../ui/journal.tsx';
import { Facts, Mark, Money } from '../../ui/page.tsx';
import { useSecondFactor } from '../../ui/secondFactor.tsx';
import { AFTER_PAYOUT, PAYOUT_TONES, type PayoutDetail } from './data.ts';
import { usePayoutStatus, usePayoutWords } from './words.ts';
import './trace.css';

export function PayoutSheet({ payout }: { payout: PayoutDetail }) {
  const say = usePayoutWords();
  const label = usePayoutStatus();
  return (
    <div className="stack">
      <div className="row row-between">
        <span className="row">
          <span className="figure-value number">{fenMoney(payout.amountFen)}</span>
          <Mark tone={PAYOUT_TONES[payout.status] ?? 'quiet'}>{label(payout.status)}</Mark>
        </span>
        <PayoutActions payout={payout} />
      </div>
      <Trace payout={payout} />
      <Facts
        items={[
          [say('outlet'), payout.outletName],
          [say('payee'), payout.payeeName],
          [say('account'), payout.payeeAccount],
          [say('due'), <Money key="due" microCny={payout.dueMicroCny} />],
          [say('carried'), <Money key="carried" microCny={payout.carriedMicroCny} />],
          [say('netted'), <Money key="netted" microCny={payout.nettedMicroCny} />],
          [say('carry'), <Money key="carry" microCny={payout.carryMicroCny} />],
          [say('created'), instant(payout.createdAt)],
          [say('settled'), payout.settledAt ? instant(payout.settledAt) : '—'],
          ...(payout.failure ? ([[say('failure'), payout.failure]] as const) : []),
        ]}
      />
      {payout.journals.length > 0 && (
        <div className="stack" style={{ gap: 10 }}>
          <strong>{say('journals')}</strong>
          {payout.journals.map((journal) => (
            <JournalView key={journal.key} journal={journal} />
          ))}
        </div>
      )}
    </div>
  );
}

/** The four stations of the money, each with its number and its amount. */
export function Trace({ payout }: { payout: PayoutDetail }) {
  const say = usePayoutWords();
  const label = usePayoutStatus();
  return (
    <ol className="trace" aria-label={say('trace')}>
      <li data-state="done">
        <span className="trace-name">{say('traceStatement')}</span>
        <Link to={`/statements/${payout.statementId}`}>#{payout.statementId}</Link>
        <Money microCny={payout.dueMicroCny} />
      </li>
      <li data-state={payout.status === 'created' ? 'now' : 'done'}>
        <span className="trace-name">{say('tracePayout')}</span>
        <span className="number">#{payout.id}</span>
        <span className="number">{fenMoney(payout.amountFen)}</span>
      </li>
      {payout.parts.map((part) => {
        const line = payout.billLines.find((candidate) => candidate.partId === part.id);
        return (
          <li key={part.id} className="trace-pair">
            <div data-state={part.settledAt ? 'done' : 'now'}>
              <span className="trace-name">{say('tracePart')}</span>
              <span className="number trace-no" title={part.outBizNo}>
                {part.orderId ?? part.outBizNo}
              </span>
              <span className="number">
                {fenMoney(part.amountFen)} · {label(part.status)}
              </span>
            </div>
            <div data-state={line ? 'done' : 'ahead'}>
              <span className="trace-name">{say('traceBill')}</span>
              {line ? (
                <>
                  <Link to="/reconciliation" search={{ day: line.day } as never}>
                    <span className="trace-no number" title={line.serial}>
                      {line.serial}
                    </span>
                  </Link>
                  <span className="number">
                    {fenMoney(line.amountFen)} · {line.day}
                  </span>
                </>
              ) : (
                <span className="faint">{say('unmatched')}</span>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function PayoutActions({ payout }: { payout: PayoutDetail }) {
  const say = usePayoutWords();
  const me = useMe();
  const { message } = App.useApp();
  const param = { id: String(payout.id) };
  const withCode = useSecondFactor();
  const approve = useChange({
    run: () => withCode((json) => read(api.payouts[':id'].approve.$post({ param, json }))),
    refresh: AFTER_PAYOUT,
    done: (answer) => answer && void message.success(say('approved')),
  });
  const withdraw = useChange({
    run: () => read(api.payouts[':id'].cancel.$post({ param })),
    refresh: AFTER_PAYOUT,
    say: say('cancelled'),
  });
  if (payout.status !== 'created' || deskOf(me) !== 'finance') return null;
  const own = payout.createdBy === me.userId;
  return (
    <span className="row">
      <Button loading={withdraw.isPending} onClick={() => withdraw.mutate(undefined)}>
        {say('cancelPayout')}
      </Button>
      {own ? (
        <Mark tone="warn">{say('own')}</Mark>
      ) : (
        <Asked
          label={say('approve')}
          hint={say('approveAsk', {
            payee: payout.payeeName,
            amount: fenMoney(payout.amountFen),
          })}
          type="primary"
          loading={approve.isPending}
          run={() => approve.mutateAsync(undefined)}
        />
      )}
    </span>
  );
}
