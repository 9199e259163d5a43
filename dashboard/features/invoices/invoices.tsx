/** Invoices of either direction for the three desks that deal with them: asked for, issued, registered, verified. */

import { Button } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { type Desk, deskOf, useMe } from '../../lib/me.ts';
import { optionsOf } from '../../ui/choice.ts';
import type { Column } from '../../ui/column.ts';
import { fenColumn, instantColumn, markColumn } from '../../ui/columns.tsx';
import { List } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { TabbedPanel } from '../../ui/tabbed.tsx';
import { INVOICE_TONES, type Invoice, useInvoices } from './data.ts';
import { InvoiceSheet } from './invoiceSheet.tsx';
import { useRedLetters } from './redData.ts';
import { RedLetters } from './redLetters.tsx';
import { useRedWords } from './redWords.ts';
import { RegisterForm } from './registerForm.tsx';
import { RequestForm } from './requestForm.tsx';
import { TitleForm } from './titleForm.tsx';
import { useInvoiceWords } from './words.ts';

export function Invoices() {
  const say = useInvoiceWords();
  const red = useRedWords();
  const desk = deskOf(useMe());
  const { filters, set } = useFilters();
  const waiting = useRedLetters().data?.filter((row) => row.awaits !== undefined).length ?? 0;
  const close = () => set({ edit: undefined });
  const main = desk === 'outlet' ? 'register' : desk === 'advertiser' ? 'request' : undefined;
  return (
    <Page
      title={say('title')}
      hint={say(
        desk === 'finance' ? 'hintFinance' : desk === 'outlet' ? 'hintOutlet' : 'hintBuyer',
      )}
      actions={
        <>
          <Button onClick={() => set({ edit: 'title' })}>{say('titles')}</Button>
          {main && (
            <Button type="primary" onClick={() => set({ edit: main })}>
              {say(main)}
            </Button>
          )}
        </>
      }
    >
      <TabbedPanel
        faces={[
          { key: 'invoices', label: say('title'), body: () => <InvoiceList desk={desk} /> },
          { key: 'red', label: red('title'), count: waiting, body: () => <RedLetters /> },
        ]}
      />
      <TitleForm open={filters.edit === 'title'} close={close} />
      {desk === 'advertiser' && <RequestForm open={filters.edit === 'request'} close={close} />}
      {desk === 'outlet' && <RegisterForm open={filters.edit === 'register'} close={close} />}
    </Page>
  );
}

function InvoiceList({ desk }: { desk: Desk }) {
  const say = useInvoiceWords();
  return (
    <List
      label={say('title')}
      query={useInvoices()}
      columns={useColumns(desk)}
      choices={
        desk === 'finance'
          ? [
              {
                param: 'side',
                label: say('direction'),
                all: say('both'),
                options: optionsOf(['incoming', 'outgoing'] as const, say),
                of: (row) => row.direction,
              },
            ]
          : []
      }
      none={{ title: say('none'), hint: say('noneHint') }}
      exportAs="invoices"
      param="invoice"
      sheet={{
        size: 560,
        title: (row) => row?.invoiceNo ?? say('noNumber'),
        body: (row) => <InvoiceSheet invoice={row} />,
      }}
    />
  );
}

/** The platform sells to advertisers and buys of outlets. */
const sells = (row: Invoice, desk: Desk): boolean =>
  (row.direction === 'outgoing') === (desk === 'finance' || desk === 'operator');

function useColumns(desk: Desk): Column<Invoice>[] {
  const say = useInvoiceWords();
  return [
    {
      key: 'no',
      title: say('number'),
      lead: true,
      width: '200px',
      value: (row) => row.invoiceNo ?? say('noNumber'),
    },
    {
      key: 'direction',
      title: say('direction'),
      width: '110px',
      value: (row) => say(row.direction),
    },
    {
      key: 'other',
      title: say('other'),
      width: 'minmax(200px, 2fr)',
      value: (row) => (sells(row, desk) ? row.buyerName : row.sellerName),
      hideOnPhone: true,
    },
    { key: 'kind', title: say('kind'), width: '90px', value: (row) => say(row.kind) },
    fenColumn('taxFen', say('tax'), (row) => row.taxFen, { width: '130px' }),
    fenColumn('totalFen', say('total'), (row) => row.totalFen, { width: '130px' }),
    markColumn(
      say('status'),
      (row) => say(row.status),
      (row) => INVOICE_TONES[row.status],
    ),
    instantColumn('at', say('at'), (row) => row.createdAt, { hideOnPhone: true }),
  ];
}
