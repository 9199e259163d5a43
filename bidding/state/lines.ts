/**
 * Lines of text that wait to be sent, as bytes outside of the heap. Strings that wait for a second are moved among the old, which
 * nobody looks through until they have grown much: half of all that was moved there were a sample's lines.
 */

export interface Lines {
  readonly count: number;
  add(line: string): void;
  /** All of them, so many an entry and one below the other; none waits after it. Copies, since the room is written over. */
  take(): Buffer[];
}

const FIRST_BYTES = 65_536;
const NEW_LINE = 0x0a;

export function createLines(linesAnEntry: number): Lines {
  let bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let end = 0;
  let count = 0;
  /** Where each entry begins. */
  let starts: number[] = [];

  function makeRoom(needed: number): void {
    if (end + needed <= bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes.length * 2, end + needed));
    bytes.copy(larger, 0, 0, end);
    bytes = larger;
  }

  return {
    get count() {
      return count;
    },
    add(line) {
      makeRoom(Buffer.byteLength(line) + 1);
      if (count % linesAnEntry === 0) starts.push(end);
      else bytes[end++] = NEW_LINE;
      end += bytes.write(line, end);
      count += 1;
    },
    take() {
      const entries = starts.map((start, i) =>
        Buffer.from(bytes.subarray(start, starts[i + 1] ?? end)),
      );
      starts = [];
      end = 0;
      count = 0;
      return entries;
    },
  };
}
