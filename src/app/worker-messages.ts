/** What the main thread and its workers say to each other. All of it can be cloned. */
import type { LogForm } from "#runtime/log-lines.ts";
import type { Revision } from "#configuration/configuration.ts";

/** `workerData` of a worker. */
export interface WorkerData {
  readonly index: number;
  readonly listen: { readonly host: string; readonly port: number; readonly shared: boolean };
  readonly revision: Revision;
  readonly logForm: LogForm;
}

export type Question =
  /** Compile a revision and keep it at hand. */
  | { readonly kind: "prepare"; readonly revision: Revision }
  /** Make the prepared revision the current one. */
  | { readonly kind: "commit"; readonly id: string }
  /** Both at once. */
  | { readonly kind: "take"; readonly revision: Revision }
  /** Stop and finish what is in flight; the answer is a `Drained`. */
  | { readonly kind: "drain" };

export interface Drained {
  /** Connections that were cut off. */
  readonly cut: number;
}

export interface LogBatch {
  readonly kind: "log";
  readonly lines: string;
}
