/** Tables as files people open: CSV with a byte-order mark for Excel, or XLSX. Owns how cells are written; no text becomes a formula. */
import { stringify } from 'csv-stringify/sync';
import writeXlsxFile from 'write-excel-file/node';

export interface Sheet {
  headings: string[];
  /** Text or numbers; yuan amounts as text, for a binary float would lose them. */
  rows: (string | number)[][];
}

/** Excel reads a cell that starts so as a formula. */
export const safe = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

const TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

export const fileHeaders = (name: string, kind: 'csv' | 'xlsx'): Record<string, string> => ({
  'content-type': TYPES[kind],
  'content-disposition': `attachment; filename="${name}.${kind}"`,
});

/** The file's bytes, their type, and the headers to send with them. */
export async function sheetFile(sheet: Sheet, kind: 'csv' | 'xlsx') {
  const bytes =
    kind === 'csv'
      ? new TextEncoder().encode(`\uFEFF${stringify([sheet.headings, ...sheet.rows])}`)
      : await xlsx(sheet);
  return {
    bytes: bytes as Uint8Array<ArrayBuffer>,
    mediaType: TYPES[kind],
    headers: (name: string) => fileHeaders(name, kind),
  };
}

async function xlsx(sheet: Sheet): Promise<Uint8Array> {
  const data = [
    sheet.headings.map((value) => ({ value, fontWeight: 'bold' as const })),
    ...sheet.rows.map((row) => row.map((value) => ({ value }))),
  ];
  return new Uint8Array(await writeXlsxFile(data, {}).toBuffer());
}
