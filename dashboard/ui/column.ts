/** A column of a table: its value, how it is shown, where it stands. */
import type { ReactNode } from 'react';
import type { CsvCell } from '../lib/csv.ts';

export interface Column<Row> {
  key: string;
  title: string;
  /** What it is sorted, searched and exported by. µCNY as bigint sorts exactly. */
  value: (row: Row) => CsvCell | bigint;
  render?: (row: Row) => ReactNode;
  /** A CSS grid track; default `minmax(96px, 1fr)`. */
  width?: string;
  align?: 'right';
  /** Stands as the title of the card on a phone. */
  lead?: boolean;
  hideOnPhone?: boolean;
}
