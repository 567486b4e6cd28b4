/** What the main thread, the ledger thread and the workers say to each other of the ledger. */
import type { Missed } from "#ledger/commit/missed-entries.ts";
import type { Entry } from "#ledger/entry/entry.ts";
import type { Retention } from "#ledger/store/retention.ts";

/** An entry without what the ledger thread knows better. */
export type OwnEntry = Entry extends infer One
  ? One extends Entry
    ? Omit<One, "run" | "timeUs" | "aheadUs" | "cut">
    : never
  : never;

export type StartEntry = Omit<Extract<OwnEntry, { kind: "start" }>, "previous">;

/** `workerData` of the ledger thread. */
export interface LedgerThreadData {
  readonly path: string;
  readonly checkpoints: string;
  /** The origin without its epoch. */
  readonly name: string;
  readonly retention: Retention;
  /** By how much the clock went ahead of the time that has passed since the gateway's start. */
  readonly clockAheadMs: number;
  readonly bell: SharedArrayBuffer;
  readonly statistics: SharedArrayBuffer;
  readonly start: StartEntry;
  /** Undefined for the first thread of a run, which begins it. */
  readonly run: number | undefined;
  /** What was given up while there was no ledger thread. */
  readonly missed: Missed | undefined;
  readonly rings: readonly RingOf[];
  readonly bodies: BodyMemory;
}

/** What threads share about the store of bodies. */
export interface BodyMemory {
  /** 8 hexadecimal digits, others at each start. */
  readonly run: string;
  /** From `createBodySlots`. */
  readonly slots: Int32Array;
}

export interface RingOf {
  readonly id: number;
  readonly memory: SharedArrayBuffer;
}

export type LedgerCommand =
  | ({ readonly kind: "ring" } & RingOf)
  /** Its worker is dead. */
  | { readonly kind: "retire"; readonly id: number }
  /** The answer is a list of `Appended`. */
  | { readonly kind: "append"; readonly entries: readonly OwnEntry[] }
  /** Signs the tree now; the answer is its size. */
  | { readonly kind: "checkpoint" }
  /** The last one: takes what is left, puts the entry on record, signs and closes. */
  | { readonly kind: "stop"; readonly entry: OwnEntry }
  /** For tests of what happens then. */
  | { readonly kind: "fault" };

export interface Appended {
  readonly index: number;
  /** Hexadecimal digits. */
  readonly leafHash: string;
}

/** The answer when the ledger is open. */
export interface LedgerOpened {
  readonly origin: string;
  readonly run: number;
  /** Of the logical clock. */
  readonly floorUs: number;
}

/** What a worker needs to put exchanges on record. */
export interface WorkerLedger extends LedgerOpened {
  readonly worker: number;
  readonly ring: SharedArrayBuffer;
  readonly bell: SharedArrayBuffer;
  readonly waits: SharedArrayBuffer;
  /** Folder of the ledger. */
  readonly path: string;
  readonly bodies: BodyMemory;
}
