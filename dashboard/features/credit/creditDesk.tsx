/** Finance's desk of credit: what waits for a second person, what agencies and wallets may owe, and how that came about. */
import { Button } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { useMe } from '../../lib/me.ts';
import type { Column } from '../../ui/column.ts';
import {
  actsColumn,
  instantColumn,
  markColumn,
  moneyColumn,
  nameColumn,
} from '../../ui/columns.tsx';
import { List } from '../../ui/list.tsx';
import { Figure, Figures, Money, Page } from '../../ui/page.tsx';
import { TabbedPanel } from '../../ui/tabbed.tsx';
import {
  type Line,
  leftOf,
  PROPOSAL_TONES,
  type Proposal,
  total,
  useLines,
  useProposals,
  useWallets,
  type Wallet,
} from './data.ts';
import { ProposalForm } from './proposalForm.tsx';
import { ProposalSheet } from './proposalSheet.tsx';
import { useCreditWords } from './words.ts';

export function CreditDesk() {
  const say = useCreditWords();
  const { set } = useFilters();
  const all = useProposals();
  const open = all.data?.filter(({ status }) => status === 'open');
  const closed = all.data?.filter(({ status }) => status !== 'open');
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        <Button type="primary" onClick={() => set({ propose: 'new' })}>
          {say('propose')}
        </Button>
      }
    >
      <Summary open={open} />
      <TabbedPanel
        faces={[
          {
            key: 'open',
            label: say('open'),
            count: open?.length ?? 0,
            body: () => <Proposals query={{ ...all, data: open }} none="noneOpen" />,
          },
          { key: 'lines', label: say('lines'), body: () => <Lines /> },
          { key: 'wallets', label: say('wallets'), body: () => <Wallets /> },
          {
            key: 'history',
            label: say('history'),
            body: () => <Proposals query={{ ...all, data: closed }} none="noneClosed" />,
          },
        ]}
      />
      <ProposalForm />
    </Page>
  );
}

/** A wallet out of an agency's line is in that line already. */
function Summary({ open }: { open: readonly Proposal[] | undefined }) {
  const say = useCreditWords();
  const me = useMe();
  const lines = useLines().data;
  const wallets = useWallets().data;
  if (!open || !lines || !wallets) return null;
  const own = wallets.filter(({ grantedBy }) => grantedBy === null);
  const mine = open.filter(({ proposedBy }) => proposedBy !== me.userId).length;
  return (
    <Figures>
      <Figure
        label={say('waiting')}
        value={open.length}
        tone={mine > 0 ? 'warn' : 'plain'}
        note={open.length > 0 ? say('waitingNote', { n: mine }) : undefined}
      />
      <Figure
        label={say('lines')}
        value={<Money microCny={total(lines, (row) => row.limitMicroCny)} />}
        note={
          <>
            {say('spread')} <Money microCny={total(lines, (row) => row.spreadMicroCny)} />
          </>
        }
      />
      <Figure
        label={say('ownWallets')}
        value={<Money microCny={total(own, (row) => row.limitMicroCny)} />}
        note={say('walletCount', { n: own.length })}
      />
      <Figure
        label={say('drawn')}
        value={<Money microCny={total(wallets, (row) => row.drawnMicroCny)} />}
        note={say('drawnNote')}
      />
    </Figures>
  );
}

interface OfProposals {
  query: Parameters<typeof List<Proposal>>[0]['query'];
  none: 'noneOpen' | 'noneClosed';
}

function Proposals({ query, none }: OfProposals) {
  const say = useCreditWords();
  const isOpen = none === 'noneOpen';
  const columns: Column<Proposal>[] = [
    nameColumn(say('whom'), (row) => row.name, { width: '2fr' }),
    {
      key: 'kind',
      title: say('kind'),
      value: (row) => say(row.organizationId === null ? 'wallet' : 'line'),
    },
    moneyColumn('before', say('before'), (row) => row.beforeMicroCny),
    moneyColumn('limit', say('after'), (row) => row.limitMicroCny),
    { key: 'by', title: say('proposedBy'), value: (row) => row.proposedByName ?? row.proposedBy },
    isOpen
      ? instantColumn('at', say('proposedAt'), (row) => row.proposedAt)
      : instantColumn('at', say('decidedAt'), (row) => row.decidedAt),
    markColumn(
      say('status'),
      (row) => say(row.status),
      (row) => PROPOSAL_TONES[row.status],
    ),
  ];
  return (
    <List<Proposal>
      query={query}
      columns={columns}
      label={say(isOpen ? 'open' : 'history')}
      none={{ title: say(none), hint: say(`${none}Hint`) }}
      exportAs="credit-proposals"
      param="proposal"
      sheet={{
        title: (row) =>
          row && `${row.name} · ${say(row.organizationId === null ? 'wallet' : 'line')}`,
        body: (row) => <ProposalSheet row={row} />,
      }}
    />
  );
}

function Lines() {
  const say = useCreditWords();
  const columns: Column<Line>[] = [
    nameColumn(say('agency'), (row) => row.name, { width: '2fr' }),
    moneyColumn('limit', say('limit'), (row) => row.limitMicroCny),
    moneyColumn('spread', say('spread'), (row) => row.spreadMicroCny),
    moneyColumn('left', say('left'), leftOf),
    actsColumn((row) => <Change subject={`line:${row.organizationId}`} />),
  ];
  return (
    <List<Line>
      query={useLines()}
      columns={columns}
      rowKey={(row) => row.organizationId}
      label={say('lines')}
      none={{ title: say('noneAgency'), hint: say('noneAgencyHint') }}
      exportAs="credit-lines"
    />
  );
}

function Wallets() {
  const say = useCreditWords();
  const columns: Column<Wallet>[] = [
    nameColumn(say('advertiser'), (row) => row.name, { width: '2fr' }),
    moneyColumn('limit', say('limit'), (row) => row.limitMicroCny),
    moneyColumn('drawn', say('drawn'), (row) => row.drawnMicroCny),
    {
      key: 'from',
      title: say('grantedBy'),
      width: '1.4fr',
      value: (row) => row.grantedByName ?? say('platform'),
    },
    actsColumn((row) => <Change subject={`wallet:${row.id}`} />),
  ];
  return (
    <List<Wallet>
      query={useWallets()}
      columns={columns}
      label={say('wallets')}
      none={{ title: say('noneWallet'), hint: say('noneWalletHint') }}
      exportAs="credit-wallets"
    />
  );
}

function Change({ subject }: { subject: string }) {
  const say = useCreditWords();
  const { set } = useFilters();
  return (
    <Button size="small" onClick={() => set({ propose: subject })}>
      {say('change')}
    </Button>
  );
}
