/** What leaves the house for Excel and for print: Chinese in all of them, every line, no formula. */
import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { statementPdf } from '../../../../api/statements/pdf.ts';
import type { StatementDetail } from '../../../../api/statements/queries.ts';
import { statementCsv, statementXlsx } from '../../../../api/statements/sheets.ts';

function detail(lines: number, outletName = '示范县融媒体中心'): StatementDetail {
  const at = new Date(0);
  return {
    statement: {
      id: 1,
      outletId: 5,
      outletName,
      month: '2026-11',
      revision: 0,
      status: 'frozen',
      quantity: lines,
      grossMicroCny: 2_000_001n * BigInt(lines),
      shareMicroCny: 1_100_001n * BigInt(lines),
      adjustmentMicroCny: -5n,
      totalMicroCny: 1_100_001n * BigInt(lines) - 5n,
      contentHash: 'ab'.repeat(32),
      frozenAt: at,
      frozenBy: 'a',
      confirmedAt: null,
      confirmedBy: null,
      approvedAt: null,
      approvedBy: null,
      invoiceNo: null,
      version: 1,
      createdAt: at,
      updatedAt: at,
    },
    lines: Array.from({ length: lines }, (_, n) => ({
      statementId: 1,
      ordinal: n + 1,
      day: '2026-11-05',
      placementId: 7,
      contractVersionId: 3,
      quantity: 1,
      grossMicroCny: 2_000_001n,
      shareMicroCny: 1_100_001n,
      charges: 1,
      chargesHash: '',
    })),
    guarantees: [
      { bookingLineId: 5, orderId: 2, placementId: 9, startsOn: '2026-10-01', endsOn: '2026-10-20', promised: 100_000, delivered: 70_000, short: 30_000, makegoodOf: null, remedy: 'made_good' }, // biome-ignore format: one row
    ],
    adjustments: [
      {
        id: 9,
        outletId: 5,
        month: '2026-11',
        amountMicroCny: -5n,
        kind: 'adjustment',
        reason: '=SUM(A1:A9) 补计',
        key: null,
        journalKey: 'adjustment:9',
        createdBy: 'a',
        createdAt: at,
        approvedBy: 'b',
        approvedAt: at,
      },
    ],
    events: [],
  };
}

describe('a statement exported', () => {
  it('as CSV has the mark by which Excel knows UTF-8, exact amounts, and no formula', () => {
    const csv = statementCsv(detail(2));
    expect(csv.startsWith('\uFEFF')).toBe(true);
    expect(csv).toContain('示范县融媒体中心 2026-11 结算单');
    expect(csv).toContain('2.000001,1.100001,1\r\n');
    expect(csv).toContain("'=SUM(A1:A9) 补计");
    expect(csv).toContain('4.000002,2.199997,\r\n');
    expect(csv.trimEnd().endsWith('5,2026-10-20,9,2,70000,100000,30000,已补量')).toBe(true);
  });

  it('as XLSX is a workbook whose text is Chinese and whose amounts are numbers', async () => {
    const files = unzipSync(new Uint8Array(await statementXlsx(detail(3))));
    const text = Object.entries(files)
      .filter(([name]) => name.endsWith('.xml'))
      .map(([, bytes]) => strFromU8(bytes))
      .join('');
    expect(text).toContain('示范县融媒体中心');
    expect(text).toMatch(/<v>1\.100001<\/v>/);
    expect(text).toContain('已补量');
    expect(text).not.toMatch(/<f>/);
  });

  it('as PDF carries an outline for every Chinese character, over as many pages as it takes', async () => {
    const pdf = await statementPdf(detail(120, '嵊泗县融媒体中心（衢）'));
    const glyphs = embeddedGlyphs(pdf);
    const chinese = new Set(
      '嵊泗县融媒体中心衢结算单应付合计内容指纹待确认序号日期广告位消耗分成元',
    );
    expect(glyphs.outlined).toBeGreaterThanOrEqual(chinese.size);
    expect(glyphs.blank).toBeLessThanOrEqual(glyphs.fonts * 2);
    expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)).toHaveLength(3);
    expect(pdf.length).toBeLessThan(500_000);
  });
});

/** Opens each TrueType font inside the PDF and counts glyphs with and without an outline. */
function embeddedGlyphs(pdf: Buffer): { fonts: number; outlined: number; blank: number } {
  const fontkit = createRequire(import.meta.url)('fontkit') as {
    create(bytes: Uint8Array): {
      numGlyphs: number;
      getGlyph(id: number): { path: { commands: unknown[] } };
    };
  };
  const counts = { fonts: 0, outlined: 0, blank: 0 };
  const text = pdf.toString('latin1');
  for (const match of text.matchAll(/(?<!end)stream\n/g)) {
    const start = match.index + match[0].length;
    const bytes = pdf.subarray(start, text.indexOf('endstream', start));
    if (bytes[0] !== 0x78) continue;
    const data = inflateSync(bytes);
    if (data.readUInt32BE(0) !== 0x0001_0000 && data.toString('latin1', 0, 4) !== 'true') continue;
    const font = fontkit.create(data);
    counts.fonts += 1;
    for (let id = 0; id < font.numGlyphs; id++) {
      if (font.getGlyph(id).path.commands.length > 0) counts.outlined += 1;
      else counts.blank += 1;
    }
  }
  return counts;
}
