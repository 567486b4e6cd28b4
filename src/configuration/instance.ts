/** Where the running copies of a service are, and how one of them is chosen. */
import type { RawFraming } from "#base/raw-framing.ts";

export interface Instance {
  /** As written, for messages. */
  readonly url: string;
  /** "tcp": no HTTP is spoken; `framing` then follows from the contract. */
  readonly scheme: "http" | "https" | "tcp";
  /** Host name or address without brackets; empty for a Unix socket. */
  readonly host: string;
  readonly port: number;
  /** Absolute path of a Unix socket, from `unix:/run/x.sock` or `unix:/run/x.sock:/base`. */
  readonly socketPath: string | undefined;
  /** Path before every forwarded path, without a slash at its end: "" or "/billing". */
  readonly basePath: string;
  /** Value of `Host` when the service says host: instance. */
  readonly authority: string;
  readonly http2: boolean;
  readonly framing?: RawFraming;
  readonly tls: InstanceTls | undefined;
  /** Its share of the requests, beside that of the others. */
  readonly weight: number;
  /** Whether it gets no new requests. */
  readonly drain: boolean;
  /** Where it runs; undefined: nobody knows. */
  readonly zone?: string;
  /** Asked when none with a lower number is well; undefined: 0. */
  readonly priority?: number;
}

/** Instances of a service that are not written in the configuration. */
export interface Discovery {
  readonly http2: boolean;
  /** Asked for and checked where TLS is spoken; undefined: the host of the instance. */
  readonly serverName: string | undefined;
  /** But for the name. */
  readonly tls: InstanceTls;
  readonly names: readonly DnsSource[];
  readonly resolver: {
    /** Addresses, with ports if need be; empty: the system's. */
    readonly servers: readonly string[];
    readonly everyMs: number;
    readonly keepMs: number;
  };
  /** Undefined: none can be registered. */
  readonly leases: { readonly ttlMsMax: number; readonly leasesMax: number } | undefined;
}

/** A name that is looked up: its addresses, or its SRV records. */
export interface DnsSource {
  readonly kind: "address" | "service";
  /** As written. */
  readonly url: string;
  readonly address: Omit<Instance, "drain" | "framing" | "http2" | "tls" | "url" | "weight">;
}

/** By the name of the service: all its instances, also those that are written. */
export type InstanceLists = Readonly<Record<string, readonly Instance[]>>;

/** Which instance is next. */
export interface Balance {
  readonly strategy: "round-robin" | "least-requests" | "peak-ewma" | "hash";
  /** `caller`, `address`, `path`, or the name of a header. */
  readonly hashBy: string;
  readonly slowStartMs: number;
}

/** How instances are asked whether they are well. */
export interface HealthCheck {
  readonly check: "http" | "tcp" | "grpc" | "operation";
  /** Of the contract, exactly where `check` says so. */
  readonly operation?: string;
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly unhealthyAfter: number;
  readonly healthyAfter: number;
}

/** When an instance that fails real requests is passed over. */
export interface OutlierRule {
  readonly failures: number;
  readonly ejectMs: number;
  readonly ejectPercentMax: number;
}

export interface InstanceTls {
  readonly serverName: string;
  /** Absolute paths of PEM files. */
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly verify: boolean;
}
