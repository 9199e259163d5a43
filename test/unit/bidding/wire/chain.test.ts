import { expect, test } from 'vitest';
import { type ChainNode, chainFault, chainSigner } from '../../../../bidding/wire/chain.ts';

const NOW = Date.UTC(2026, 10, 20, 4);
const zhejiang = chainSigner('11'.repeat(32));
const jiangsu = chainSigner('22'.repeat(32));
const KEYS: Record<string, string> = {
  'zhejiang.example': zhejiang.publicKey,
  'jiangsu.example': jiangsu.publicKey,
};
const keyOf = (asi: string): string | undefined => KEYS[asi];
const stranger: ChainNode = { asi: 'ssp.example', sid: '7', hp: 1 };
const hop = (asi: string, rid = 'r1'): ChainNode => ({ asi, sid: '3', rid, hp: 1 });

const first = zhejiang.signed([stranger], hop('zhejiang.example'), 'r1', NOW);
const both = jiangsu.signed([stranger, first], hop('jiangsu.example'), 'r1', NOW + 40);
const fault = (nodes: readonly ChainNode[], domain = 'jiangsu.example', id = 'r1', atMs = NOW) =>
  chainFault(nodes, domain, id, keyOf, atMs);

test('every hop is verified by its own key, whoever stood before it', () => {
  expect(fault([stranger, first], 'zhejiang.example')).toBeUndefined();
  expect(fault([stranger, first, both])).toBeUndefined();
  expect(zhejiang.publicKey).toMatch(/^[\w-]{43}$/);
  expect(chainSigner('11'.repeat(32)).publicKey).toBe(zhejiang.publicKey);
});

test('a node left out, added, edited or moved to another request is seen', () => {
  expect(fault([first, both])).toBe('forged');
  expect(fault([stranger, both])).toBe('forged');
  expect(fault([{ ...stranger, sid: '8' }, first, both])).toBe('forged');
  expect(fault([stranger, { ...first, sid: '4' }, both])).toBe('forged');
  const sig = first.ext?.hongze;
  expect(fault([stranger, { ...first, ext: { hongze: { ...sig, ts: NOW + 1 } } }, both])).toBe(
    'forged',
  );
  expect(fault([stranger, first, both], 'jiangsu.example', 'r2')).toBe('elsewhere');
  expect(fault([stranger, first, { ...both, rid: 'r2' }], 'jiangsu.example', 'r2')).toBe('forged');
});

test('a hop signed by another key, by none, or long ago is refused', () => {
  const posing = jiangsu.signed([stranger], hop('zhejiang.example'), 'r1', NOW);
  expect(fault([stranger, posing], 'zhejiang.example')).toBe('forged');
  expect(fault([stranger, hop('zhejiang.example')], 'zhejiang.example')).toBe('unsigned');
  expect(fault([stranger, first], 'zhejiang.example', 'r1', NOW + 61_000)).toBe('stale');
  expect(fault([], 'zhejiang.example')).toBe('empty');
  expect(fault(Array(17).fill(stranger))).toBe('too_long');
  // An earlier hop of a deployment we know has to hold as well.
  const over = jiangsu.signed([stranger, posing], hop('jiangsu.example'), 'r1', NOW);
  expect(fault([stranger, posing, over])).toBe('forged');
});

test('rubbish in place of a signature is a refusal, never an error', () => {
  for (const sig of ['', 'x', 'A'.repeat(86), '\u0000', 7, null, {}])
    for (const ts of [NOW, '1', null, Number.NaN])
      expect(
        fault([{ ...hop('zhejiang.example'), ext: { hongze: { ts, sig } } }], 'zhejiang.example'),
      ).toBeDefined();
  expect(fault([null as never], 'zhejiang.example')).toBeDefined();
});
