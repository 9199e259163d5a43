import fc from 'fast-check';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import writeXlsxFile from 'write-excel-file/node';
import { z } from 'zod';
import { checkRows, rowsOf, templateOf } from '../../../../api/http/sheet.ts';
import { sheetFile } from '../../../../api/http/sheetFile.ts';
import { cellName, readCsv, readGrid } from '../../../../api/http/workbook.ts';
import { Failure } from '../../../../db/terms/failure.ts';

const COLUMNS = [
  { key: 'name', zh: '名称', en: 'Name', required: true, example: '首页通栏' },
  { key: 'floor', zh: '底价', en: 'Floor', example: 12.5 },
  { key: 'day', zh: '日期', en: 'Day', example: '2026-03-01' },
];

async function xlsx(rows: unknown[][], edit: (xml: string) => string = (xml) => xml) {
  const data = rows.map((row) =>
    row.map((value) => (value === null ? null : { value, ...styleOf(value) })),
  );
  const bytes = new Uint8Array(await writeXlsxFile(data as never, {}).toBuffer());
  const parts = unzipSync(bytes);
  const name = Object.keys(parts).find((one) => /worksheets\/sheet1?\.xml$/.test(one)) as string;
  parts[name] = strToU8(edit(strFromU8(parts[name] as Uint8Array)));
  return zipSync(parts);
}
const styleOf = (value: unknown) => (value instanceof Date ? { format: 'yyyy-mm-dd' } : {});

async function refused(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw error ?? new Error('it was not refused');
  return error;
}

describe('a spreadsheet', () => {
  test('gives its cells as they are seen: text, numbers without binary noise, days without a zone', async () => {
    const day = new Date(Date.UTC(2026, 2, 1));
    const grid = await readGrid(
      await xlsx([
        ['名称', '底价', '日期'],
        ['开屏', 0.1 + 0.2, day],
      ]),
    );
    expect(grid).toEqual([
      ['名称', '底价', '日期'],
      ['开屏', '0.3', '2026-03-01'],
    ]);
  });

  test('with a time of day in a date cell shows it, so that the schema refuses it', async () => {
    const late = new Date(Date.UTC(2026, 2, 1, 23, 59, 59));
    const grid = await readGrid(await xlsx([['日期'], [late]]));
    expect(grid[1]).toEqual(['2026-03-01 23:59:59']);
  });

  test('with merged cells is refused with the cell', async () => {
    const bytes = await xlsx([['名称'], ['甲'], ['乙']], (xml) =>
      xml.replace(
        '</sheetData>',
        '</sheetData><mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>',
      ),
    );
    const { code, details } = await refused(readGrid(bytes));
    expect([code, details[0]?.pointer]).toEqual(['invalid_input', '/cells/A2']);
  });

  test('with a formula is refused with the cell, whatever value some program left in it', async () => {
    const bytes = await xlsx([['底价'], [7]], (xml) =>
      xml.replace(/(<c r="A2"[^>]*>)/, '$1<f>SUM(B1:B9)</f>'),
    );
    const { details } = await refused(readGrid(bytes));
    expect(details.map((one) => one.pointer)).toEqual(['/cells/A2']);
    await expect(readGrid(strToU8('底价\n=1+1\n'))).rejects.toThrow('A2');
  });

  test('that claims to unpack to more than it may is refused before it is unpacked', async () => {
    const bomb = zipSync({ 'xl/workbook.xml': new Uint8Array(41_000_000) });
    expect((await refused(readGrid(bomb))).code).toBe('unsupported_media_type');
  });

  test('that is something else is refused', async () => {
    expect((await refused(readGrid(Uint8Array.of(1, 0, 2)))).code).toBe('unsupported_media_type');
    expect((await refused(readGrid(zipSync({ 'a.txt': strToU8('a') })))).code).toBe(
      'unsupported_media_type',
    );
  });

  test('as CSV may be UTF-8 with a mark or GB 18030', async () => {
    const text = '名称,底价\n"云、潮 ""新"" 闻",12\n';
    const rows = [
      ['名称', '底价'],
      ['云、潮 "新" 闻', '12'],
    ];
    expect(await readGrid(strToU8(`\uFEFF${text}`))).toEqual(rows);
    expect(await readGrid(new Uint8Array(iconv.encode(text, 'gb18030')))).toEqual(rows);
  });

  test('of too many rows says how many it may have', async () => {
    const { code, details } = await refused(readGrid(strToU8(`a\n${'b\n'.repeat(2_500)}`)));
    expect([code, details[0]?.pointer]).toEqual(['too_many', '/cells/A2002']);
  });

  test('as CSV reads back whatever was written', () => {
    const cell = fc.string({ unit: 'grapheme' }).map((one) => one.replace(/[\r\n]/g, '').trim());
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 }),
        (rows) => {
          const kept = rows.map((row) => row.map((one) => one.replace(/^[=\uFEFF]+/, '').trim()));
          const text = kept
            .map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(','))
            .join('\r\n');
          expect(readCsv(text)).toEqual(kept);
        },
      ),
    );
  });
});

describe('rows', () => {
  const schema = z.object({ name: z.string(), floor: z.coerce.number().min(0).optional() });

  test('are checked by the schema, and a fault names its cell', () => {
    const rows = rowsOf(
      [
        ['底价 Floor', ' 名称*'],
        ['-1', '甲'],
        ['', ''],
        ['5', ''],
      ],
      COLUMNS,
    );
    const { good, faults } = checkRows(rows, schema);
    expect(good).toEqual([]);
    expect(faults.map((one) => one.pointer)).toEqual(['/cells/A2', '/cells/B4']);
  });

  test('with a heading that is unknown, doubled or missing are refused with its cell', () => {
    const pointers = (grid: string[][]) => {
      try {
        rowsOf(grid, COLUMNS);
        return [];
      } catch (error) {
        return (error as Failure).details.map((one) => one.pointer);
      }
    };
    expect(
      pointers([
        ['名称', '颜色'],
        ['甲', '红'],
      ]),
    ).toEqual(['/cells/B1']);
    expect(
      pointers([
        ['名称', 'Name'],
        ['甲', '乙'],
      ]),
    ).toEqual(['/cells/B1']);
    expect(pointers([['底价'], ['1']])).toEqual(['/cells/B1']);
    expect(pointers([['名称']])).toEqual(['/cells/A2']);
  });

  test('of a template come back as its examples', async () => {
    for (const kind of ['csv', 'xlsx'] as const) {
      const { bytes } = await sheetFile(templateOf(COLUMNS), kind);
      const [row] = rowsOf(await readGrid(bytes), COLUMNS);
      expect(row?.values).toEqual({ name: '首页通栏', floor: '12.5', day: '2026-03-01' });
    }
  });

  test('have cells named as a spreadsheet names them', () => {
    expect([cellName(0, 0), cellName(25, 1), cellName(26, 9), cellName(701, 0)]).toEqual([
      'A1',
      'Z2',
      'AA10',
      'ZZ1',
    ]);
  });
});
