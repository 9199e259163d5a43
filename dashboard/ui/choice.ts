/** What a list offers to choose by, and the options of every select, radio and checkbox. */

/** A closed list's values with their words. */
export const optionsOf = <Value extends string | number>(
  values: readonly Value[],
  label: (value: Value) => string,
): { value: Value; label: string }[] => values.map((value) => ({ value, label: label(value) }));

/** A select above the table; what is chosen stands in the URL. */
export interface Choice<Row> {
  /** The URL's parameter. */
  param: string;
  label: string;
  /** What it says while nothing is chosen. */
  all: string;
  options: readonly { value: string; label: string }[];
  /** By what of a row it chooses; absent where the API has chosen already. */
  of?: (row: Row) => string;
  width?: number;
}
