/** A journal as accountants read it: debit left, credit right, and that they agree. */
import { money } from '../lib/format.ts';
import { useMe } from '../lib/me.ts';
import { useAdvertisers, useOutlets } from '../lib/parties.ts';
import { defineLabels, defineWords } from '../lib/words.ts';
import './journal.css';

const useWords = defineWords(
  { account: '科目', debit: '借方', credit: '贷方', sum: '合计' },
  { account: 'Account', debit: 'Debit', credit: 'Credit', sum: 'Total' },
);

/** The word before the colon names the account's kind, the number after it whose it is. */
const useAccountLabel = defineLabels({
  wallet: ['广告主钱包', 'Wallet'],
  payable: ['应付媒体', 'Payable to outlet'],
  partner_receivable: ['应收合作方', 'Receivable from partner'],
  platform_revenue: ['平台服务费收入', 'Platform revenue'],
  overdelivery: ['超投损失', 'Overdelivery'],
  minimum_guarantee: ['保底差额', 'Minimum guarantee'],
  alipay_cash: ['支付宝余额', 'Cash at Alipay'],
  alipay_fee: ['支付宝手续费', 'Alipay fees'],
  own_bank: ['公司银行账户', 'Own bank account'],
  payout_clearing: ['打款在途', 'Payout clearing'],
  refund_clearing: ['退款在途', 'Refund clearing'],
  suspense: ['待查', 'Suspense'],
  vat_payable: ['应交增值税', 'VAT payable'],
  cultural_fee_payable: ['应交文化事业建设费', 'Cultural fee payable'],
  tax_expense: ['税金及附加', 'Tax expense'],
  write_off: ['核销', 'Write-off'],
  opening: ['期初', 'Opening'],
});

interface Journal {
  key: string;
  kind: string;
  day: string;
  memo: string | null;
  lines: readonly { account: string; amountMicroCny: string }[];
}

/** `wallet:7` → 广告主钱包 · its advertiser; its number for whoever is not told of all of them. */
export function useAccountName(): (account: string) => string {
  const label = useAccountLabel();
  const seesAll = useMe().kind === 'platform';
  const owners: Record<string, readonly { id: number; name: string }[] | undefined> = {
    payable: useOutlets(seesAll).data,
    wallet: useAdvertisers(seesAll).data,
  };
  return (account) => {
    const [kind = '', whose] = account.split(':');
    if (!whose) return label(kind);
    const owner = owners[kind]?.find((row) => row.id === Number(whose));
    return owner ? `${label(kind)} · ${owner.name}` : `${label(kind)} #${whose}`;
  };
}

export function JournalView({ journal }: { journal: Journal }) {
  const say = useWords();
  const name = useAccountName();
  const debit = journal.lines.filter((line) => !line.amountMicroCny.startsWith('-'));
  const credit = journal.lines.filter((line) => line.amountMicroCny.startsWith('-'));
  const sum = (lines: Journal['lines']) =>
    lines.reduce((total, line) => total + BigInt(line.amountMicroCny), 0n);
  const rows = [
    ...debit.map((line) => ({ ...line, side: 'debit' as const })),
    ...credit.map((line) => ({ ...line, side: 'credit' as const })),
  ];
  return (
    <div className="journal">
      <p className="row row-between small">
        <code>{journal.key}</code>
        <span className="faint number">{journal.day}</span>
      </p>
      <table>
        <thead>
          <tr>
            <th>{say('account')}</th>
            <th className="right">{say('debit')}</th>
            <th className="right">{say('credit')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const text = money(row.amountMicroCny.replace('-', ''));
            return (
              <tr key={`${row.side} ${row.account}`}>
                <td className={row.side === 'credit' ? 'journal-credit' : ''} title={row.account}>
                  {name(row.account)}
                </td>
                <td className="right number">{row.side === 'debit' && text}</td>
                <td className="right number">{row.side === 'credit' && text}</td>
              </tr>
            );
          })}
        </tbody>
        <tfoot>
          <tr>
            <td>{say('sum')}</td>
            <td className="right number">{money(sum(debit))}</td>
            <td className="right number">{credit.length > 0 ? money(-sum(credit)) : ''}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
