/** One stage of the line: repeated until it has happened, whatever died within it. */
export interface Stage {
  name: string;
  done(): Promise<boolean>;
  act(): Promise<unknown>;
}
