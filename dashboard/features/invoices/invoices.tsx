/** Invoices of either direction for the three desks that deal with them: asked for, issued, registered, verified. */
import { Button, Drawer, Select } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { fenMoney, instant } from '../../lib/format.ts';
import { deskOf, useMe } from '../../lib/me.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Mark, Page, Panel } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { INVOICE_TONES, type Invoice, useInvoices } from './data.ts';
import { InvoiceSheet } from './invoiceSheet.tsx';
import { RegisterForm } from './registerForm.tsx';
import { RequestForm } from './requestForm.tsx';
import { TitleForm } from './titleForm.tsx';
import { useInvoiceWords } from './words.ts';

export function Invoices() {
  const say = useInvoiceWords();
  const desk = deskOf(useMe());
  const { filters, set } = useFilters();
  const list = useInvoices();
  const shown = list.data?.filter((row) => !filters.side || row.direction === filters.side);
  const opened = list.data?.find((row) => String(row.id) === filters.invoice);
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
      <Panel flush>
        <DataTable
          rows={shown}
          error={list.error}
          retry={() => void list.refetch()}
          columns={useColumns()}
          rowKey={(row) => row.id}
          label={say('title')}
          current={opened?.id}
          onOpen={(row) => set({ invoice: String(row.id) })}
          search
          exportAs="invoices"
          filters={desk === 'finance' && <SideFilter />}
          empty={<Empty title={say('none')} hint={say('noneHint')} />}
        />
      </Panel>
      <Drawer
        open={opened !== undefined && !filters.edit}
        onClose={() => set({ invoice: undefined })}
        size={560}
        title={opened?.invoiceNo ?? say('noNumber')}
      >
        {opened && <InvoiceSheet invoice={opened} />}
      </Drawer>
      <TitleForm open={filters.edit === 'title'} close={close} />
      {desk === 'advertiser' && <RequestForm open={filters.edit === 'request'} close={close} />}
      {desk === 'outlet' && <RegisterForm open={filters.edit === 'register'} close={close} />}
    </Page>
  );
}

function SideFilter() {
  const say = useInvoiceWords();
  const { filters, set } = useFilters();
  return (
    <Select
      allowClear
      style={{ width: 150 }}
      aria-label={say('direction')}
      placeholder={say('both')}
      value={filters.side ?? null}
      options={(['incoming', 'outgoing'] as const).map((value) => ({ value, label: say(value) }))}
      onChange={(side) => set({ side: side ?? undefined })}
    />
  );
}

function useColumns(): Column<Invoice>[] {
  const say = useInvoiceWords();
  const fen = (key: 'totalFen' | 'taxFen', title: string): Column<Invoice> => ({
    key,
    title,
    align: 'right',
    width: '130px',
    value: (row) => BigInt(row[key]) * 10_000n,
    render: (row) => fenMoney(row[key]),
  });
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
      title: say('parties'),
      width: 'minmax(200px, 2fr)',
      value: (row) => `${row.sellerName} → ${row.buyerName}`,
      hideOnPhone: true,
    },
    { key: 'kind', title: say('kind'), width: '90px', value: (row) => say(row.kind) },
    fen('taxFen', say('tax')),
    fen('totalFen', say('total')),
    {
      key: 'status',
      title: say('status'),
      width: '120px',
      value: (row) => say(row.status),
      render: (row) => <Mark tone={INVOICE_TONES[row.status]}>{say(row.status)}</Mark>,
    },
    {
      key: 'at',
      title: say('at'),
      width: '150px',
      value: (row) => row.createdAt,
      render: (row) => <span className="number">{instant(row.createdAt)}</span>,
      hideOnPhone: true,
    },
  ];
}
