/** The books: every account's balance at a day, its journals behind it, and whether the whole still adds up. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Button, DatePicker, Drawer } from 'antd';
import dayjs from 'dayjs';
import { daySchema } from '../../../db/terms/day.ts';
import { type Answer, api, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import type { Column } from '../../ui/column.ts';
import { DataTable } from '../../ui/dataTable.tsx';
import { JournalView, useAccountName } from '../../ui/journal.tsx';
import { Figure, Figures, Mark, Money, Page, Panel } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';
import { Empty, Failed, Loading } from '../../ui/states.tsx';
import { useLedgerWords } from './words.ts';

const { ledger } = api;
type Balance = Answer<Awaited<ReturnType<(typeof ledger)['trial-balance']['$get']>>>;
type Row = Balance['items'][number];

export function Ledger() {
  const say = useLedgerWords();
  const { filters, set } = useFilters();
  const asOf = daySchema.safeParse(filters.asOf).data;
  const balance = useQuery({
    queryKey: ['ledger', 'trial-balance', asOf],
    queryFn: () => read(ledger['trial-balance'].$get({ query: asOf ? { asOf } : {} })),
  });
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        <DatePicker
          aria-label={say('asOf')}
          placeholder={say('now')}
          value={asOf ? dayjs(asOf) : null}
          maxDate={dayjs(today())}
          onChange={(day) => set({ asOf: day?.format('YYYY-MM-DD') })}
        />
      }
    >
      {balance.data && <Head balance={balance.data} />}
      <Panel flush>
        <DataTable
          rows={balance.data?.items}
          error={balance.error}
          retry={() => void balance.refetch()}
          columns={useColumns()}
          rowKey={(row) => row.account}
          label={say('title')}
          current={filters.account}
          onOpen={(row) => set({ account: row.account })}
          search
          exportAs="trial-balance"
          empty={<Empty title={say('none')} hint={say('noneHint')} />}
        />
      </Panel>
      <Journals account={filters.account} close={() => set({ account: undefined })} />
    </Page>
  );
}

function Head({ balance }: { balance: Balance }) {
  const say = useLedgerWords();
  const even = balance.debitMicroCny === balance.creditMicroCny;
  return (
    <Figures>
      <Figure label={say('debit')} value={<Money microCny={balance.debitMicroCny} />} />
      <Figure label={say('credit')} value={<Money microCny={balance.creditMicroCny} />} />
      <Figure
        label={say('even')}
        value={<Mark tone={even ? 'good' : 'bad'}>{say(even ? 'isEven' : 'notEven')}</Mark>}
      />
      <Figure label={say('whole')} value={<Whole />} note={say('wholeNote')} />
    </Figures>
  );
}

/** Recomputes the books and their hash chain: seconds of work, so only when asked. */
function Whole() {
  const say = useLedgerWords();
  const faults = useQuery({
    queryKey: ['ledger', 'faults'],
    enabled: false,
    queryFn: () => read(ledger.faults.$get({ query: {} })),
  });
  if (!faults.data || faults.isFetching) {
    return (
      <Button size="small" loading={faults.isFetching} onClick={() => void faults.refetch()}>
        {say('verify')}
      </Button>
    );
  }
  const n = faults.data.items.length;
  return (
    <Mark tone={n === 0 ? 'good' : 'bad'}>{n === 0 ? say('noFaults') : say('faults', { n })}</Mark>
  );
}

function useColumns(): Column<Row>[] {
  const say = useLedgerWords();
  const name = useAccountName();
  const side = (key: 'debitMicroCny' | 'creditMicroCny', title: string): Column<Row> => ({
    key,
    title,
    align: 'right',
    value: (row) => BigInt(row[key]),
    render: (row) => (row[key] === '0' ? '' : <Money microCny={row[key]} />),
  });
  return [
    {
      key: 'account',
      title: say('account'),
      lead: true,
      width: '2fr',
      value: (row) => name(row.account),
      render: (row) => <span title={row.account}>{name(row.account)}</span>,
    },
    { key: 'class', title: say('class'), value: (row) => say(row.class) },
    side('debitMicroCny', say('debit')),
    side('creditMicroCny', say('credit')),
  ];
}

function Journals(props: { account: string | undefined; close: () => void }) {
  const say = useLedgerWords();
  const name = useAccountName();
  const { account } = props;
  const journals = useInfiniteQuery({
    queryKey: ['ledger', 'journals', account],
    enabled: account !== undefined,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      read(
        ledger.journals.$get({ query: { account: account ?? '', limit: '50', cursor: pageParam } }),
      ),
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  return (
    <Drawer
      open={account !== undefined}
      onClose={props.close}
      size={640}
      title={account && name(account)}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <section className="stack" tabIndex={0} aria-label={say('title')}>
        {journals.isPending && <Loading />}
        {journals.error && <Failed error={journals.error} retry={() => void journals.refetch()} />}
        {journals.data?.pages
          .flatMap((page) => page.items)
          .map((journal) => (
            <JournalView key={journal.key} journal={journal} />
          ))}
        {journals.data?.pages[0]?.items.length === 0 && <Empty title={say('noJournals')} />}
        {journals.hasNextPage && (
          <Button
            loading={journals.isFetchingNextPage}
            onClick={() => void journals.fetchNextPage()}
          >
            {say('more')}
          </Button>
        )}
      </section>
    </Drawer>
  );
}
