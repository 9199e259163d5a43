/** An outlet registers the invoice it issued to the platform for a confirmed statement; tax is worked out from total and rate. */

import { Form, Segmented, Select } from 'antd';
import { api, once, read } from '../../lib/client.ts';
import { fenMoney, money, monthName } from '../../lib/format.ts';
import { useLanguage } from '../../lib/words.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { today } from '../../ui/period.tsx';
import { Empty } from '../../ui/states.tsx';
import { YuanInput } from '../../ui/yuanInput.tsx';
import { useStatements } from '../statements/data.ts';
import { INVOICES, useTitleOwner, useTitles } from './data.ts';
import { NumberFields } from './invoiceSheet.tsx';
import { useInvoiceWords } from './words.ts';

interface Values {
  statementId: number;
  kind: 'special' | 'ordinary';
  invoiceNo: string;
  issuedOn: string;
  totalFen: number;
  taxRatePpm: number;
}

const RATES_PPM = [60_000, 30_000, 10_000, 0];
/** 价税合计 → 税额, rounded half up to the fen: what the tax authority's form does. */
const taxOf = (totalFen: number, ratePpm: number): number =>
  Math.round((totalFen * ratePpm) / (1_000_000 + ratePpm));

export function RegisterForm(props: { open: boolean; close: () => void }) {
  const say = useInvoiceWords();
  const titles = useTitles(useTitleOwner());
  const { title, platform } = titles.data ?? {};
  return (
    <FormDrawer<Values, unknown>
      open={props.open && titles.data !== undefined}
      close={props.close}
      title={say('register')}
      name="invoice-register"
      okText={say('register')}
      initial={{ kind: 'special', taxRatePpm: RATES_PPM[0] ?? 0, issuedOn: today() }}
      run={({ statementId, totalFen, taxRatePpm, ...values }, key) => {
        const taxFen = taxOf(totalFen, taxRatePpm);
        const json = {
          ...values,
          totalFen,
          taxRatePpm,
          taxFen,
          amountFen: totalFen - taxFen,
          sellerTaxNo: title?.taxNo ?? '',
          buyerTaxNo: platform?.taxNo ?? '',
        };
        const param = { id: String(statementId) };
        return read(api.statements[':id'].invoices.$post({ param, json }, once(key)));
      }}
      refresh={[INVOICES, ['statements']]}
      say={say('registered')}
    >
      {title && platform ? <Fields /> : <Empty title={say('noTitle')} hint={say('noTitleHint')} />}
    </FormDrawer>
  );
}

function Fields() {
  const say = useInvoiceWords();
  const language = useLanguage();
  const statements = useStatements({});
  const totalFen: number | undefined = Form.useWatch('totalFen');
  const rate: number = Form.useWatch('taxRatePpm') ?? 0;
  const required = { required: true, message: say('required') };
  const open = statements.data?.filter(
    ({ status }) => status === 'outlet_confirmed' || status === 'approved',
  );
  return (
    <>
      <Form.Item name="statementId" label={say('statement')} rules={[required]}>
        <Select
          loading={statements.isPending}
          notFoundContent={say('noStatements')}
          options={open?.map((row) => ({
            value: row.id,
            label: `${monthName(row.month, language)} · ${money(row.totalMicroCny)}`,
          }))}
        />
      </Form.Item>
      <Form.Item name="kind" label={say('kind')}>
        <Segmented options={optionsOf(['special', 'ordinary'] as const, say)} />
      </Form.Item>
      <NumberFields />
      <div className="form-pair">
        <Form.Item
          name="totalFen"
          label={say('total')}
          rules={[{ required: true, type: 'number', min: 1, message: say('totalWrong') }]}
        >
          <YuanInput />
        </Form.Item>
        <Form.Item
          name="taxRatePpm"
          label={say('rate')}
          extra={totalFen ? `${say('tax')} ${fenMoney(taxOf(totalFen, rate))}` : ' '}
        >
          <Select options={RATES_PPM.map((value) => ({ value, label: `${value / 10_000}%` }))} />
        </Form.Item>
      </div>
    </>
  );
}
