/** What is read of a log to verify, prove or export it: that part of the store's reader. */

export interface LogSource {
  readonly origin: string;
  /** Entries that are there now. */
  readonly size: number;
  /** Visits entries in order until `true` is returned; `bytes` are good during the call only. */
  scan(from: number, to: number, visit: (index: number, bytes: Buffer) => boolean | void): void;
  hashTile(level: number, index: number, width: number): Buffer;
  /** The newest one, as signed. */
  checkpoint(): Buffer;
  segments(): readonly LogSegment[];
}

export interface LogSegment {
  readonly first: number;
  readonly count: number;
  /** Its entries are gone, its hashes are kept. */
  readonly dropped: boolean;
}
