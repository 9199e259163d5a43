import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { keepBuilt } from '../../../../run/demo/sources.ts';

const folder = mkdtempSync(join(tmpdir(), 'hongze-sources-'));
const source = join(folder, 'source.txt');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Copies the source, slowly enough that another may come between. */
const copy = async (draft: string): Promise<void> => {
  mkdirSync(draft, { recursive: true });
  await new Promise((done) => setImmediate(done));
  writeFileSync(join(draft, 'copy.txt'), readFileSync(source));
};

describe('what is built from sources', () => {
  it('is built when they changed, and only then', async () => {
    const out = join(folder, 'once');
    writeFileSync(source, 'one');
    expect(await keepBuilt(out, [source], copy)).toBe(true);
    expect(await keepBuilt(out, [source], copy)).toBe(false);
    writeFileSync(source, 'two');
    expect(await keepBuilt(out, [source], copy)).toBe(true);
    expect(readFileSync(join(out, 'copy.txt'), 'utf8')).toBe('two');
  });

  it('stays whole when a build breaks', async () => {
    const out = join(folder, 'kept');
    writeFileSync(source, 'good');
    await keepBuilt(out, [source], copy);
    writeFileSync(source, 'bad');
    const broken = keepBuilt(out, [source], async (draft) => {
      mkdirSync(draft);
      throw new Error('no room');
    });
    await expect(broken).rejects.toThrow('no room');
    expect(readFileSync(join(out, 'copy.txt'), 'utf8')).toBe('good');
    expect(readdirSync(folder).filter((name) => name.startsWith('kept'))).toEqual(['kept']);
  });

  it('is whole after two starts at once', async () => {
    const out = join(folder, 'both');
    await Promise.all([keepBuilt(out, [source], copy), keepBuilt(out, [source], copy)]);
    expect(readFileSync(join(out, 'copy.txt'), 'utf8')).toBe(readFileSync(source, 'utf8'));
    expect(readdirSync(folder).filter((name) => name.startsWith('both'))).toEqual(['both']);
  });
});
