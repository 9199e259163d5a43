/** Files as a browser would send them: a form with one file and its fields, and small sheets to put in it. */
import { stringify } from 'csv-stringify/sync';

export function formWith(
  file: Uint8Array | string,
  fields: Record<string, string | number>,
  name = 'file.csv',
): FormData {
  const form = new FormData();
  form.set('file', new File([file as BlobPart], name));
  for (const [key, value] of Object.entries(fields)) form.set(key, String(value));
  return form;
}

export const csvOf = (rows: readonly (readonly (string | number)[])[]): string =>
  stringify(rows.map((row) => [...row]));
