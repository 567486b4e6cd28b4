/** What an operation of the admin API is given, and what it answers. */
import type { Problem } from "#base/problem.ts";
import type { Revision } from "#configuration/configuration.ts";

/** The running gateway, as far as operators may see it. */
export interface Estate {
  readonly version: string;
  readonly state: "starting" | "ready" | "draining";
  readonly uptimeS: number;
  /** The port for callers. */
  readonly port: number;
  readonly revision: Revision;
  workers(): readonly WorkerState[];
  /** In the Prometheus text format. */
  metrics(): string;
  /** Undefined: there is no ledger. Resolves when the ledger tells of it. */
  readonly eraseSubject:
    | ((order: {
        readonly subject: string;
        readonly by: string;
        readonly why: string;
        /** Of the ledger that is meant. */
        readonly origin: string | undefined;
      }) => Promise<object | Problem>)
    | undefined;
}

export interface WorkerState {
  readonly index: number;
  readonly state: "starting" | "up" | "waiting";
  readonly restarts: number;
  readonly uptimeS: number;
  readonly connections: number;
}

export interface OperationRequest {
  readonly query: URLSearchParams;
  readonly estate: Estate;
  /** The API's own description. */
  readonly description: object;
}

export type OperationAnswer =
  | {
      readonly kind: "text";
      readonly status: number;
      readonly text: string;
      /** `text/plain` without it. */
      readonly type?: string;
    }
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "problem"; readonly problem: Problem };

export type Operation = (request: OperationRequest) => OperationAnswer | Promise<OperationAnswer>;
