/** One invoice and the step that is its next: issue or decline, verify or reject, use for deduction, take back. */
import { Button, DatePicker, Form, Input } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { api, once, read } from '../../lib/client.ts';
import { fenMoney } from '../../lib/format.ts';
import { deskOf, useMe } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { Facts, Mark } from '../../ui/page.tsx';
import { asDay, today } from '../../ui/period.tsx';
import { INVOICE_TONES, INVOICES, type Invoice } from './data.ts';
import { leftFen, RedForm } from './redForm.tsx';
import { useRedWords } from './redWords.ts';
import { useInvoiceWords } from './words.ts';

const one = api.invoices[':id'];

export function InvoiceSheet({ invoice }: { invoice: Invoice }) {
  const say = useInvoiceWords();
  const desk = deskOf(useMe());
  return (
    <div className="stack">
      <Mark tone={INVOICE_TONES[invoice.status]}>{say(invoice.status)}</Mark>
      <Facts
        items={[
          [say('direction'), say(invoice.direction)],
          [say('kind'), say(invoice.kind)],
          [say('seller'), `${invoice.sellerName} ${invoice.sellerTaxNo}`],
          [say('buyer'), `${invoice.buyerName} ${invoice.buyerTaxNo}`],
          [say('amount'), fenMoney(invoice.amountFen)],
          [say('tax'), `${fenMoney(invoice.taxFen)} · ${invoice.taxRatePpm / 10_000}%`],
          [say('total'), fenMoney(invoice.totalFen)],
          [say('issuedOn'), invoice.issuedOn ?? '—'],
          [say('deduction'), invoice.deductionMonth ?? '—'],
        ]}
      />
      {invoice.refusal && <p className="negative">{invoice.refusal}</p>}
      <div className="row">
        {desk === 'finance' && <FinanceSteps invoice={invoice} />}
        {desk === 'advertiser' && invoice.status === 'requested' && <Cancel invoice={invoice} />}
        {leftFen(invoice) > 0 && <AskRed invoice={invoice} />}
      </div>
    </div>
  );
}

function AskRed({ invoice }: { invoice: Invoice }) {
  const say = useRedWords();
  const [open, setOpen] = useState(false);
  return (
    <span>
      <Button onClick={() => setOpen(true)}>{say('ask')}</Button>
      <RedForm invoice={invoice} open={open} close={() => setOpen(false)} />
    </span>
  );
}

function Cancel({ invoice }: { invoice: Invoice }) {
  const say = useInvoiceWords();
  const cancel = useChange({
    run: (_: undefined, key) =>
      read(one.cancel.$post({ param: { id: String(invoice.id) } }, once(key))),
    refresh: [INVOICES],
    say: say('cancelled'),
  });
  return (
    <span>
      <Button loading={cancel.isPending} onClick={() => cancel.mutate(undefined)}>
        {say('takeBack')}
      </Button>
    </span>
  );
}

type Step = 'issue' | 'refuse' | 'deduct';

function FinanceSteps({ invoice }: { invoice: Invoice }) {
  const say = useInvoiceWords();
  const [step, setStep] = useState<Step>();
  const verify = useChange({
    run: (_: undefined, key) =>
      read(one.verify.$post({ param: { id: String(invoice.id) } }, once(key))),
    refresh: [INVOICES, ['statements']],
    say: say('verified'),
  });
  const close = () => setStep(undefined);
  return (
    <>
      {invoice.status === 'requested' && (
        <Button type="primary" onClick={() => setStep('issue')}>
          {say('issue')}
        </Button>
      )}
      {invoice.status === 'registered' && (
        <Asked
          label={say('verify')}
          ask={say('verifyAsk')}
          type="primary"
          run={() => verify.mutateAsync(undefined)}
        />
      )}
      {(invoice.status === 'requested' || invoice.status === 'registered') && (
        <Button onClick={() => setStep('refuse')}>{say('refuse')}</Button>
      )}
      {invoice.status === 'verified' && !invoice.deductionMonth && (
        <Button onClick={() => setStep('deduct')}>{say('deduct')}</Button>
      )}
      <IssueForm invoice={invoice} open={step === 'issue'} close={close} />
      <RefuseForm invoice={invoice} open={step === 'refuse'} close={close} />
      <DeductForm invoice={invoice} open={step === 'deduct'} close={close} />
    </>
  );
}

interface Part {
  invoice: Invoice;
  open: boolean;
  close: () => void;
}

/** Twenty digits and the day: what every invoice is told apart by. */
export function NumberFields() {
  const say = useInvoiceWords();
  return (
    <>
      <Form.Item
        name="invoiceNo"
        label={say('number')}
        rules={[{ required: true, pattern: /^\d{20}$/, message: say('numberWrong') }]}
        validateTrigger="onBlur"
      >
        <Input maxLength={20} inputMode="numeric" />
      </Form.Item>
      <Form.Item
        name="issuedOn"
        label={say('issuedOn')}
        rules={[{ required: true, message: say('required') }]}
        {...asDay}
      >
        <DatePicker maxDate={dayjs(today())} style={{ width: '100%' }} />
      </Form.Item>
    </>
  );
}

function IssueForm({ invoice, open, close }: Part) {
  const say = useInvoiceWords();
  return (
    <FormDrawer<{ invoiceNo: string; issuedOn: string }, unknown>
      open={open}
      close={close}
      title={say('issue')}
      name={`invoice-issue-${invoice.id}`}
      initial={{ issuedOn: today() }}
      run={(json, key) =>
        read(one.issue.$post({ param: { id: String(invoice.id) }, json }, once(key)))
      }
      refresh={[INVOICES]}
      say={say('issued')}
    >
      <NumberFields />
    </FormDrawer>
  );
}

function RefuseForm({ invoice, open, close }: Part) {
  const say = useInvoiceWords();
  const path = invoice.direction === 'outgoing' ? one.decline : one.reject;
  return (
    <FormDrawer<{ reason: string }, unknown>
      open={open}
      close={close}
      title={say('refuse')}
      name={`invoice-refuse-${invoice.id}`}
      initial={{}}
      run={(json, key) => read(path.$post({ param: { id: String(invoice.id) }, json }, once(key)))}
      refresh={[INVOICES]}
      say={say('refused')}
    >
      <Form.Item
        name="reason"
        label={say('reason')}
        rules={[{ required: true, whitespace: true, message: say('required') }]}
      >
        <Input.TextArea maxLength={500} showCount autoSize={{ minRows: 3 }} />
      </Form.Item>
    </FormDrawer>
  );
}

function DeductForm({ invoice, open, close }: Part) {
  const say = useInvoiceWords();
  return (
    <FormDrawer<{ month: string }, unknown>
      open={open}
      close={close}
      title={say('deduct')}
      name={`invoice-deduct-${invoice.id}`}
      initial={{ month: today().slice(0, 7) }}
      run={(json, key) =>
        read(one.deduct.$post({ param: { id: String(invoice.id) }, json }, once(key)))
      }
      refresh={[INVOICES]}
      say={say('saved')}
    >
      <Form.Item
        name="month"
        label={say('deduction')}
        getValueProps={(month?: string) => ({ value: month ? dayjs(`${month}-01`) : null })}
        normalize={(at?: dayjs.Dayjs | null) => at?.format('YYYY-MM')}
      >
        <DatePicker picker="month" allowClear={false} style={{ width: '100%' }} />
      </Form.Item>
    </FormDrawer>
  );
}
