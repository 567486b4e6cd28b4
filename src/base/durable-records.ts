/**
 * What policies keep beyond the end of the process: records and counts by key, each until its time
 * is over (wall clock). Every change is on the disk when its promise resolves, and is one step for
 * all workers. Promises reject when the disk refuses.
 */
export interface DurableRecords {
  /** Makes sure that there is a place for it; throws the system's error where there is none. */
  prepare(): void;
  /** Keeps a record unless there is one of its key. @returns the one that is there. */
  claim(record: NewRecord): Promise<Claim>;
  /** Puts another value and another end in its place, or makes it. */
  replace(record: NewRecord): Promise<Claim>;
  remove(scope: string, key: string): Promise<void>;
  /** Takes as much as there is left of `max`, up to `wanted`. */
  take(count: TakenCount): Promise<CountTaken>;
  /** Gives back, or with a number below 0 takes whatever is left. */
  giveBack(key: string, amount: number): Promise<void>;
}

export interface NewRecord {
  /** Records of one scope are bounded together. */
  readonly scope: string;
  readonly key: string;
  readonly value: Uint8Array;
  readonly nowMs: number;
  readonly untilMs: number;
  /** Of all of the scope, what they cost beside their values counted. */
  readonly scopeBytesMax: number;
}

/** What became of it: kept, not kept for one of the same key, or there is no room. */
export type Claim =
  | { readonly kind: "kept" }
  | { readonly kind: "present"; readonly value: Uint8Array }
  | { readonly kind: "full" };

export interface TakenCount {
  readonly key: string;
  readonly wanted: number;
  readonly max: number;
  /** So many are taken at least, by what is known elsewhere. */
  readonly known?: number;
  readonly nowMs: number;
  readonly untilMs: number;
}

export interface CountTaken {
  readonly granted: number;
  /** By everybody, this included. */
  readonly taken: number;
}

/** Where nothing is kept. */
export const noRecords: DurableRecords = {
  prepare() {
    throw new Error("this gateway has no folder for what it keeps (`state`)");
  },
  claim: () => refused(),
  replace: () => refused(),
  remove: () => refused(),
  take: () => refused(),
  giveBack: () => refused(),
};

function refused(): Promise<never> {
  return Promise.reject(new Error("nothing is kept by this gateway"));
}
