/** How reading a bid request fails. */
/** The bytes are not the JSON that was asked for. `offset` in bytes; `pointer` as of RFC 6901. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
  readonly offset: number;
  readonly pointer: string;
  constructor(message: string, offset: number, pointer: string) {
    super(message);
    this.offset = offset;
    this.pointer = pointer;
  }
}
