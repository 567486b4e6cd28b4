/** What an operation of the admin API is given, and what it answers. */
import type { Problem } from "#base/problem.ts";
import type { ExplainedRequest, Explanation } from "#gateway/explain.ts";
import type { InstanceDiscovery } from "#discovery/discovery.ts";
import type { Revision } from "#configuration/configuration.ts";

/** What the admin port shows of the ledger. What is read of exchanges is put on record first. */
export interface LedgerView {
  /** @param parameter filters, `limit`, `cursor`, and the whole `query` as it is put on record. */
  entries(parameter: (name: string) => string | undefined, by: string): Promise<object | Problem>;
  /** @param exchange 32 hexadecimal digits. */
  exchange(exchange: string, bodies: boolean, by: string): Promise<object | Problem>;
  /** As it was signed. */
  checkpoint(): Buffer | Problem;
  /** The last one that the key of an epoch has signed, which is over. */
  closingCheckpoint(epoch: number): Buffer | Problem;
  /** @param path of C2SP tlog-tiles: `tile/0/000`. */
  tile(path: string): Promise<Buffer | Problem>;
  /** A C2SP tlog-proof of what became of an exchange. */
  proof(exchange: string): Promise<Buffer | Problem>;
}

/** Instances that were registered. */
export type LeaseTable = Pick<InstanceDiscovery, "register" | "renew" | "end" | "leases">;

/** The running gateway, as far as operators may see it. */
export interface Estate {
  readonly version: string;
  /** "without-worker": all have died, and none is up again yet. */
  readonly state: "starting" | "ready" | "without-worker" | "draining";
  readonly uptimeS: number;
  /** The port for callers. */
  readonly port: number;
  readonly revision: Revision;
  readonly leases: LeaseTable;
  explain(request: ExplainedRequest): Promise<Explanation>;
  /** What became of one, and the rules it meets now. Undefined: there is no ledger. */
  readonly explainExchange:
    ((exchange: string, by: string) => Promise<object | Problem>) | undefined;
  /** Public ones, that requests to instances are signed with. Throws when they cannot be read. */
  signingKeys(): Promise<readonly object[]>;
  /** What was kept of these services is not given any more. */
  purge(serviceNames: readonly string[]): void;
  workers(): readonly WorkerState[];
  /** In the Prometheus text format. */
  metrics(): string;
  /** Undefined: there is no ledger. */
  readonly ledger: LedgerView | undefined;
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
  /** What stands in the path where the address has `{name}`. */
  readonly parameters: Readonly<Record<string, string>>;
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
  | { readonly kind: "bytes"; readonly bytes: Buffer; readonly type: string }
  | {
      readonly kind: "json";
      readonly value: unknown;
      /** 200 without it. */
      readonly status?: number;
    }
  | {
      readonly kind: "problem";
      readonly problem: Problem;
      /** Methods that the address takes, where it does not take this one (RFC 9110 §15.5.6). */
      readonly allow?: string;
    };

export type Operation = (request: OperationRequest) => OperationAnswer | Promise<OperationAnswer>;
