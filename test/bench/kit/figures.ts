/** What every bench needs: its arguments, percentiles, and one JSON object as the last line when asked for. */

export interface Arguments {
  text(name: string, fallback: string): string;
  number(name: string, fallback: number): number;
  flag(name: string): boolean;
}

/** `--name value`, `--name=value` and `--flag`. */
export function readArguments(argv: readonly string[]): Arguments {
  const values = new Map<string, string>();
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (!word.startsWith('--')) continue;
    const [name = '', inline] = word.slice(2).split('=', 2);
    const next = argv[i + 1];
    if (inline !== undefined) values.set(name, inline);
    else if (next !== undefined && !next.startsWith('--')) values.set(name, next);
    else values.set(name, 'true');
  }
  return {
    text: (name, fallback) => values.get(name) ?? fallback,
    number: (name, fallback) => Number(values.get(name) ?? fallback),
    flag: (name) => values.get(name) === 'true',
  };
}

/** The p-th percentile (0 … 1) of samples, nearest rank. Sorts a copy. */
export function percentile(samples: ArrayLike<number>, p: number): number {
  const sorted = Float64Array.from(samples).sort();
  const at = Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1));
  return sorted[at] ?? Number.NaN;
}

export const mean = (samples: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i] as number;
  return samples.length > 0 ? sum / samples.length : 0;
};

/** Three significant figures are more than a bench deserves. */
export const round = (x: number, places = 3): number => {
  const scale = 10 ** places;
  return Math.round(x * scale) / scale;
};

type Figures = Record<string, unknown>;

/** Prints figures for a person, and with `--json` as one object in the last line. */
export function report(name: string, figures: Figures, args: Arguments): void {
  process.stdout.write(`${name}\n`);
  printIndented(figures, '  ');
  if (args.flag('json')) process.stdout.write(`${JSON.stringify({ bench: name, ...figures })}\n`);
}

function printIndented(figures: Figures, indent: string): void {
  for (const [key, value] of Object.entries(figures)) {
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      process.stdout.write(`${indent}${key}\n`);
      printIndented(value as Figures, `${indent}  `);
    } else process.stdout.write(`${indent}${key.padEnd(34)} ${JSON.stringify(value)}\n`);
  }
}
