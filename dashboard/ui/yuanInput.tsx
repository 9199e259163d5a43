/** An amount in yuan that a form keeps as integer fen. Two places, no floats: parsed from its text. */
import { InputNumber } from 'antd';
import { fenToYuan, MICRO_CNY_PER_FEN, parseYuan } from '../../db/terms/money.ts';

interface Props {
  id?: string;
  value?: number | null;
  onChange?: (fen: number | null) => void;
  unit?: string;
  placeholder?: string;
  autoFocus?: boolean;
  'aria-label'?: string;
}

/** Yuan text → fen; null for what is not an amount of whole fen. */
export function fenOf(text: string): number | null {
  const amount = parseYuan(text.trim());
  if (amount === undefined || amount % MICRO_CNY_PER_FEN !== 0n) return null;
  return Number(amount / MICRO_CNY_PER_FEN);
}

/** µCNY text in a field of yuan, whose own unit is fen. */
export const asYuan = {
  getValueProps: (microCny?: string | null) => ({
    value: microCny ? Number(BigInt(microCny) / MICRO_CNY_PER_FEN) : null,
  }),
  normalize: (fen?: number | null) =>
    fen == null ? null : (BigInt(fen) * MICRO_CNY_PER_FEN).toString(),
};

/** `79648.00` → `79,648.00`, once nobody is typing in it. */
const grouped = (text: string | number | undefined): string =>
  String(text ?? '').replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','));

export function YuanInput({ value, onChange, unit, ...rest }: Props) {
  return (
    <InputNumber<string>
      {...rest}
      stringMode
      controls={false}
      style={{ width: '100%' }}
      inputMode="decimal"
      prefix="¥"
      suffix={unit}
      precision={2}
      formatter={(text, { userTyping }) => (userTyping ? String(text ?? '') : grouped(text))}
      parser={(text) => (text ?? '').replaceAll(',', '')}
      value={value === null || value === undefined ? null : fenToYuan(value)}
      onChange={(text) => onChange?.(text === null ? null : fenOf(String(text)))}
    />
  );
}
