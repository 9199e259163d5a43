/** A vitest reporter that only counts, and leaves the sum in the file that HONGZE_TALLY names. */
import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export default class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        // A test that never came to run, because its file broke, has not passed.
        if (state === 'pending') counts.failed += 1;
        else counts[state] += 1;
      }
      // A file that cannot be loaded, and a group whose preparation failed, count as one failure
      // each: their tests show as skipped, but nobody chose to skip them.
      if (module.errors().length > 0) counts.failed += 1;
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) counts.failed += 1;
      }
    }
    counts.failed += unhandled.length;
    const file = process.env.HONGZE_TALLY;
    if (file) writeFileSync(file, JSON.stringify(counts));
  }
}
