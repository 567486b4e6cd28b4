/** What the main thread and its workers say to each other. All of it can be cloned. */
import type { ProblemDefinition } from "#base/problem.ts";
import type { InstanceLists, Revision } from "#configuration/configuration.ts";
import type { WorkerLedger } from "./ledger/ledger-messages.ts";
import type { LookedAt } from "#gateway/look-at.ts";
import type { SharedMemory } from "#gateway/shared-memory.ts";
import type { LogForm } from "#runtime/log-lines.ts";
import type { RevisionPart } from "./revision-parts.ts";

/** A revision, and where a worker counts its exchanges. */
export interface MeteredRevision {
  readonly revision: Revision;
  readonly meterMemory: SharedArrayBuffer;
  /** Of services that find instances. */
  readonly instances: InstanceLists;
}

/** `workerData` of a worker. */
export interface WorkerData {
  /** Undefined once the worker has begun: what stays here is kept for good. */
  first: MeteredRevision | undefined;
  readonly index: number;
  readonly listen: { readonly host: string; readonly port: number; readonly shared: boolean };
  readonly logForm: LogForm;
  readonly flightMemory: SharedArrayBuffer;
  readonly gaugeMemory: SharedArrayBuffer;
  readonly writtenMemory: SharedArrayBuffer;
  /** All that exchanges can be refused with, in the order in which they are counted. */
  readonly problems: readonly ProblemDefinition[];
  /** Of all workers together. */
  readonly sharedMemory: SharedMemory;
  /** Where policies keep what outlives the process; undefined: nowhere. */
  readonly stateFolder: string | undefined;
  /** Undefined: nothing is put on record. */
  readonly ledger: WorkerLedger | undefined;
}

export type Question =
  /** What of a revision goes ahead of it; the first one drops parts that came before. */
  | { readonly kind: "part"; readonly index: number; readonly part: RevisionPart }
  /** Compile a revision, of which so many parts went ahead, and keep it at hand. */
  | ({ readonly kind: "prepare"; readonly partCount: number } & MeteredRevision)
  /** Make the prepared revision the current one. */
  | { readonly kind: "commit"; readonly id: string }
  /** Both at once. */
  | ({ readonly kind: "take" } & MeteredRevision)
  /** Services have these instances from now on. */
  | { readonly kind: "instances"; readonly lists: InstanceLists }
  /** How does a service stand? The answer is a `WorkerView`. */
  | { readonly kind: "look"; readonly asked: LookedAt }
  /** Stop and finish what is in flight; the answer is a `Drained`. */
  | { readonly kind: "drain" }
  /** For tests of what happens then. */
  | { readonly kind: "fault"; readonly fault: Fault };

export const faults = ["throw", "reject", "exhaust-heap", "refuse-revision"] as const;
export type Fault = (typeof faults)[number];

export interface Drained {
  /** Connections that were cut off. */
  readonly cut: number;
}

/** The one message that a worker sends unasked: lines for the log. */
export type LogLines = string;
