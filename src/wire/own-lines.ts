/** Field lines of the gateway's own, each ended by CR LF, beside those of a message that passes. */

/** Written where a head is put together. */
export interface OwnLines {
  /** @returns the offset behind the last byte written. */
  writeLines(out: Buffer, at: number): number;
}

/** Known only when the rest of an answer stands; good during a call only. */
export interface LateLines extends OwnLines {
  /** Octets that `writeLines` writes. */
  readonly byteLength: number;
  readonly text: string;
}
