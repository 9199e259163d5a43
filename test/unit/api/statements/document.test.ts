/** Canonical JSON and the statement's document, against fixed vectors. */
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256Hex } from '../../../../api/statements/document.ts';
import { verifyStatement } from '../../../../api/statements/verify.ts';

describe('canonical JSON', () => {
  it('orders keys by code unit, as RFC 8785 section 3.2.3 has it', () => {
    const sample = {
      '€': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '😀': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      ö: 'Latin Small Letter O With Diaeresis',
    };
    const keys = Object.values(JSON.parse(canonicalJson(sample)) as Record<string, string>);
    // JSON.parse keeps integer-like keys first; the text itself shows the order.
    expect(canonicalJson(sample).indexOf('Carriage')).toBeLessThan(
      canonicalJson(sample).indexOf('One'),
    );
    expect(keys).toHaveLength(7);
    expect(canonicalJson(sample)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  it('writes numbers and strings as ECMAScript does', () => {
    expect(canonicalJson([333333333.3333333, 1e30, 4.5, 0.002, 1e-27, -0])).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
    );
    expect(canonicalJson('€$\u000f\nA\'B"\\"/')).toBe('"€$\\u000f\\nA\'B\\"\\\\\\"/"');
  });

  it('is the same whatever order the keys came in, and refuses what JSON has no form for', () => {
    expect(canonicalJson({ b: [1, { d: 1, c: 2 }], a: null })).toBe(
      canonicalJson({ a: null, b: [1, { c: 2, d: 1 }] }),
    );
    for (const bad of [undefined, 1n, Number.NaN, () => 1, { a: undefined }]) {
      expect(() => canonicalJson(bad)).toThrow(TypeError);
    }
  });

  it('hashes UTF-8', () => {
    expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(sha256Hex('融媒体')).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('the offline verifier', () => {
  it.each([
    ['not JSON at all', 'nope'],
    ['an empty object', '{}'],
    ['null', 'null'],
    ['another format', '{"document":{"format":"x"},"contentHash":""}'],
    [
      'a document cut short',
      '{"document":{"format":"hongze.statement/1","totals":{}},"contentHash":""}',
    ],
  ])('refuses %s without throwing', (_, text) => {
    const verdict = verifyStatement(text);
    expect(verdict.ok).toBe(false);
    expect(verdict.faults.length).toBeGreaterThan(0);
  });
});
