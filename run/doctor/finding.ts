/** One thing the doctor looked at, and its verdict. */
export interface Finding {
  level: 'good' | 'warning' | 'broken';
  /** What was looked at. */
  what: string;
  /** What was seen. */
  seen: string;
  /** What to do; wanted unless all is good. */
  remedy?: string;
}

const SIGN = { good: 'ok    ', warning: 'WATCH ', broken: 'BROKEN' } as const;

export const show = ({ level, what, seen, remedy }: Finding): string =>
  `${SIGN[level]} ${what.padEnd(28)} ${seen}${remedy ? `\n       → ${remedy}` : ''}`;

export const good = (what: string, seen: string): Finding => ({ level: 'good', what, seen });

/** Good when the condition holds, else the given level with its remedy. */
export function judge(
  what: string,
  holds: boolean,
  seen: string,
  remedy: string,
  level: 'warning' | 'broken' = 'broken',
): Finding {
  return holds ? good(what, seen) : { level, what, seen, remedy };
}
