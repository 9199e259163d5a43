/** Texts with places for values. Owns their notation; knows no language. */

export type Values = Record<string, string | number>;

/** `{{n}}` → its value; `{{n|row|rows}}` → what goes with one, and with any other number. */
export const fill = (text: string, values?: Values): string =>
  values
    ? text.replace(/\{\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}\}/g, (whole, name, one, many) =>
        many === undefined ? String(values[name] ?? whole) : `${values[name]}` === '1' ? one : many,
      )
    : text;
