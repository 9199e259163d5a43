/** Columns that most lists have, each in one spelling: an instant, a span of days, an amount, a state. */
import type { ReactNode } from 'react';
import { fenMoney, instant } from '../lib/format.ts';
import type { Column } from './column.ts';
import { Mark, Money, type Tone } from './page.tsx';

/** What else a caller says of a column: its width, or that a phone leaves it out. */
type More<Row> = Partial<Column<Row>>;
type Amount = string | number | bigint;

const FEN_IN_MICRO_CNY = 10_000n;

/** The name that a row goes by, and its card on a phone. */
export const nameColumn = <Row,>(
  title: string,
  value: (row: Row) => string,
  more?: More<Row>,
): Column<Row> => ({ key: 'name', title, lead: true, width: '1.8fr', value, ...more });

export const instantColumn = <Row,>(
  key: string,
  title: string,
  value: (row: Row) => string | null,
  more?: More<Row>,
): Column<Row> => ({
  key,
  title,
  width: '150px',
  value,
  render: (row) => {
    const at = value(row);
    return at === null ? '—' : <span className="number">{instant(at)}</span>;
  },
  ...more,
});

/** From one day to another; the year is said once where it is the same. */
export const daySpan = (from: string, to: string): string => {
  if (from === to) return from;
  return `${from} – ${from.slice(0, 4) === to.slice(0, 4) ? to.slice(5) : to}`;
};

export const daysColumn = <Row,>(
  title: string,
  value: (row: Row) => { startsOn: string; endsOn: string },
  more?: More<Row>,
): Column<Row> => ({
  key: 'dates',
  title,
  width: '190px',
  value: (row) => value(row).startsOn,
  render: (row) => {
    const { startsOn, endsOn } = value(row);
    return <span className="number">{daySpan(startsOn, endsOn)}</span>;
  },
  ...more,
});

export const moneyColumn = <Row,>(
  key: string,
  title: string,
  microCny: (row: Row) => string | bigint,
  more?: More<Row>,
): Column<Row> => ({
  key,
  title,
  align: 'right',
  value: (row) => BigInt(microCny(row)),
  render: (row) => <Money microCny={microCny(row)} />,
  ...more,
});

export const fenColumn = <Row,>(
  key: string,
  title: string,
  fen: (row: Row) => Amount,
  more?: More<Row>,
): Column<Row> => ({
  key,
  title,
  align: 'right',
  value: (row) => BigInt(fen(row)) * FEN_IN_MICRO_CNY,
  render: (row) => fenMoney(String(fen(row))),
  ...more,
});

/** A state by word and colour. */
export const markColumn = <Row,>(
  title: string,
  word: (row: Row) => string,
  tone: (row: Row) => Tone,
  more?: More<Row>,
): Column<Row> => ({
  key: 'status',
  title,
  width: '136px',
  value: word,
  render: (row) => <Mark tone={tone(row)}>{word(row)}</Mark>,
  ...more,
});

/** Buttons of a row; sorts, searches and exports nothing. */
export const actsColumn = <Row,>(
  render: (row: Row) => ReactNode,
  more?: More<Row>,
): Column<Row> => ({ key: 'acts', title: '', width: '170px', value: () => '', render, ...more });
