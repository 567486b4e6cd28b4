/**
 * A server through which several gateways share numbers (Valkey, Redis): each step is one script
 * that runs there as a whole, so that whoever counts, counts exactly.
 */
export interface SharedStore {
  /** What limits do while it does not answer. */
  readonly whenAway: WhenAway;
  /**
   * Runs a script.
   * @returns the integers that it answers with; undefined: it is away, it holds something else
   * under the key, or it has not answered in time, in which case the step may have been taken all
   * the same. Never rejects.
   */
  readonly run: (
    script: StoreScript,
    key: string,
    numbers: readonly number[],
  ) => Promise<readonly number[] | undefined>;
}

/**
 * local: each gateway counts for itself. refuse: what cannot be counted is refused. allow: nothing
 * is counted.
 */
export type WhenAway = "local" | "refuse" | "allow";

/** What a script that only reads answers with, or why it could not be asked. */
export type ReadShared = (
  script: StoreScript,
  key: string,
) => readonly number[] | { readonly unread: string };

/**
 * In Lua; answers with a list of integers. An error that begins with BADVALUE, as the server's own
 * WRONGTYPE, says that something else is under the key.
 */
export interface StoreScript {
  readonly source: string;
  /** How many integers it answers with. */
  readonly answers: number;
}
