/** What an operator declares, resolved: plain data, no defaults left open, no functions. */
import type { Limits, Timeouts } from "#base/limits.ts";
import type { Contract, Dialect } from "#contract/contract.ts";
import type { Grade, WithheldOperation } from "#contract/fidelity.ts";
import type { GraphqlSettings } from "#base/graphql-settings.ts";
import type { Callers } from "./callers.ts";
import type {
  Balance,
  Discovery,
  HealthCheck,
  Instance,
  InstanceTls,
  OutlierRule,
} from "./instance.ts";

export type {
  Balance,
  Discovery,
  DnsSource,
  HealthCheck,
  Instance,
  InstanceLists,
  InstanceTls,
  OutlierRule,
} from "./instance.ts";

export interface Configuration {
  readonly listen: Listen;
  readonly limits: Limits;
  readonly timeouts: Timeouts;
  /** In the order of the file. */
  readonly services: readonly Service[];
  /** "open": anybody may call anything (local work only). */
  readonly callers: "open" | Callers;
  /** How they prove who they are; absent: by keys in headers, or inside SOAP messages. */
  readonly identity?: Identity | undefined;
  /** Absent: the defaults. */
  readonly graphql?: GraphqlSettings;
  /** Undefined: nothing is put on record. */
  readonly ledger: Ledger | undefined;
  /** Absolute path of the folder of what policies keep; it takes effect at a start. */
  readonly stateFolder?: string;
  /** Where this gateway runs; undefined: nobody knows. */
  readonly zone?: string;
  /** Undefined: each gateway counts for itself. */
  readonly limitStore?: LimitStore | undefined;
  readonly log: Log;
  /** For all services, before their own, in the order of the file. */
  readonly policies: readonly PolicyUse[];
}

/** The server through which gateways share limits. */
export interface LimitStore {
  /** As written, without credentials. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly database: number;
  /** Undefined: plain TCP. */
  readonly tls: Omit<InstanceTls, "verify"> | undefined;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  readonly timeoutMs: number;
  readonly whenAway: "local" | "refuse" | "allow";
  readonly prefix: string;
}

/** A rule that exchanges are held to, see src/policies/. */
export interface PolicyUse {
  readonly name: string;
  /** As its schema says; files by absolute path, secrets wrapped. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What it is for; undefined: everything. */
  readonly only: PolicyScope | undefined;
  readonly source: Place;
}

export interface PolicyScope {
  /** Names of callers; undefined: all. */
  readonly callers: readonly string[] | undefined;
  /** `getOrder` of a service, `orders.getOrder` of any; undefined: all. */
  readonly operations: readonly string[] | undefined;
}

/** In the file. */
interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Listen {
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  /** Worker threads that share the port. */
  readonly workers: number;
  /** Absent: plain TCP. The first certificate is the default one. */
  readonly tls: ListenTls | undefined;
  readonly http2: boolean;
  /** Whether each connection opens with a PROXY protocol header, v1 or v2. */
  readonly proxyProtocol: boolean;
  /** CIDR blocks whose X-Forwarded-* are believed. */
  readonly trustedProxies: readonly string[];
  /** Ports for programs that speak no protocol. */
  readonly text?: readonly TextListener[];
}

/** A port on which messages of one service come in the frames that its contract declares. */
export interface TextListener {
  readonly host: string;
  readonly port: number;
  readonly service: string;
  /** Who calls, where no block says otherwise; undefined: whoever `anonymous` stands for. */
  readonly caller: string | undefined;
  /** Who calls from these CIDR blocks; the first that fits counts. */
  readonly callers: readonly { readonly block: string; readonly caller: string }[];
}

export interface ListenTls {
  readonly certificates: readonly Certificate[];
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  /** Absent: clients are not asked for certificates. */
  readonly clientCertificates?: {
    /** Absolute path of a PEM file with authorities. */
    readonly caFile: string;
    readonly required: boolean;
  };
}

export interface Certificate {
  /** Absolute paths of PEM files. */
  readonly certFile: string;
  readonly keyFile: string;
  /** SNI names, `*.example.org` allowed; empty: the names in the certificate. */
  readonly hosts: readonly string[];
}

export interface Service {
  readonly name: string;
  readonly instances: readonly Instance[];
  /** Where further ones are found while the gateway runs. */
  readonly discovery?: Discovery;
  /** Absolute path of the document that describes the service; undefined: it passes through. */
  readonly contractFile: string | undefined;
  /** Absolute paths of documents that say how callers speak to it as well. */
  readonly faceFiles?: readonly string[];
  /** Dialect of the instances; undefined: that of the contract, once it is known. */
  readonly speaks: Dialect | undefined;
  /**
   * Operations that callers find at a face over all services, by its dialect: names, or patterns
   * with `*` at their end. A dialect that is not there offers all of them.
   */
  readonly offers?: { readonly [Name in Dialect]?: readonly string[] };
  /** The worst grade that a face may have; undefined: any. */
  readonly maxLoss: Grade | undefined;
  /** Those of the file; without any, and without a contract, the one prefix route `/{name}`. */
  readonly routes: readonly Route[];
  /** `Host` sent to instances: that of the instance, or the one the caller sent. */
  readonly host: "instance" | "caller";
  /** Overrides of the general limits and time-outs, already merged. */
  readonly bodyBytesMax: number;
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly responseIdleMs: number;
  readonly timeoutMs: number;
  /** Whether `%2F` in a path is passed on; the default refuses it. */
  readonly encodedSlash: "refuse" | "pass";
  /** How its exchanges are put on record; undefined exactly when the ledger is off. */
  readonly ledger: ServiceLedger | undefined;
  /** Added to SOAP messages for the instances. */
  readonly wsSecurity?: ServiceSecurity;
  readonly balance: Balance;
  readonly health: HealthCheck | undefined;
  readonly outlier: OutlierRule | undefined;
  /** Behind the general ones. */
  readonly policies: readonly PolicyUse[];
}

/** Shown nowhere; names of revisions are made from its digest. */
export interface Secret {
  readonly secret: string;
}

/** WS-Security towards instances. */
export interface ServiceSecurity {
  readonly usernameToken:
    { readonly username: string; readonly password: Secret; readonly digest: boolean } | undefined;
  readonly sign:
    | {
        /** Absolute paths of PEM files. */
        readonly certificateFile: string;
        readonly keyFile: string;
        readonly parts: readonly ("body" | "timestamp" | "username-token")[];
      }
    | undefined;
  readonly ageMsMax: number;
}

export interface Route {
  /** Unique in its service; `default` for the prefix route. `may` refers to `service.route`. */
  readonly id: string;
  /** Lower case, `*.example.org` allowed; undefined: any. */
  readonly host: string | undefined;
  /** `/orders/{id}`, or a prefix that ends in `/*` (which also matches without the rest). */
  readonly path: string;
  /** Upper case; empty: any. */
  readonly methods: readonly string[];
  /** Lower-case field name to the exact value. */
  readonly headers: Readonly<Record<string, string>>;
  /** Dialect in which callers speak here; undefined: any HTTP, passed through. */
  readonly face?: Dialect;
  /** Operation of the contract that the route stands for. */
  readonly operation?: string;
  /** Formats in which the instances themselves take and give documents here. */
  readonly formats?: readonly ("json" | "xml")[];
  /** The version in which all operations can be called at the instances. */
  readonly soapVersion?: "1.1" | "1.2";
  /** Leading path that is removed before forwarding: "/orders" of the prefix route, else "". */
  readonly stripPrefix: string;
  /** Where it stands in the file, for diagnostics and explain. */
  readonly source: Place;
}

export interface Caller {
  readonly name: string;
  /**
   * SHA-256 of each key, lower-case hex, sorted; the keys themselves are not kept. Any of them is
   * enough, and which one was used makes no difference. Empty for the reserved caller `anonymous`,
   * whoever sends no key, and for callers who prove it otherwise.
   */
  readonly keysSha256: readonly string[];
  /** What its SOAP messages prove that they are from it with: all that is given. */
  readonly wsSecurity?: CallerSecurity;
  /** Any of them is enough. */
  readonly proofs?: readonly ProofUse[];
  readonly may: readonly Grant[];
}

/** `*`, `orders.*`, `orders.getOrder`; or one of these where it holds for some requests only. */
export type Grant = string | NarrowedGrant;

export interface NarrowedGrant {
  readonly operations: string;
  /** Upper case; any of them. */
  readonly methods?: readonly string[];
  /** All of them. */
  readonly scopes?: readonly string[];
}

/** A way in which a caller proves who it is, see src/proofs/. */
export interface ProofUse {
  readonly name: string;
  /** As its schema says; files by absolute path, secrets wrapped. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly source: Place;
}

export interface Identity {
  /** Names of proofs, and `key`. */
  readonly order: readonly string[];
  /** Where keys may stand, too. */
  readonly key: { readonly cookie?: string; readonly query?: string };
  /** What holds for all callers, by the name of the proof. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** WS-Security from callers. */
export interface CallerSecurity {
  readonly password:
    | {
        readonly username: string;
        readonly password: Secret;
        readonly digest: boolean;
        readonly withoutTls: boolean;
      }
    | undefined;
  readonly signature:
    | {
        /** Absolute paths of PEM files: one of the two. */
        readonly certificateFile: string | undefined;
        readonly authorityFile: string | undefined;
        readonly name: string | undefined;
        readonly signed: readonly SignedPart[];
        readonly sha1: boolean;
      }
    | undefined;
  readonly ageMsMax: number;
  readonly skewMs: number;
}

export type SignedPart = "body" | "timestamp" | "headers" | "addressing" | "username-token";

/**
 * strict: an answer is released when its record is durable; intent: and an unsafe call is passed on
 * when its intent is; written: when the operating system has the record; relaxed: at once.
 */
export type RecordMode = "strict" | "intent" | "written" | "relaxed";

/** What is kept of bodies: nothing, salted commitments, or commitments and encrypted bodies. */
export type Capture = "none" | "digest" | "full";

export interface Ledger {
  /** Absolute paths of folders; they take effect at a start. */
  readonly path: string;
  readonly checkpoints: string;
  /** Without its epoch; undefined: made from the host name. */
  readonly origin: string | undefined;
  /** For exchanges that belong to no service. */
  readonly mode: RecordMode;
  /** Of them as well, where they ask a face over all services. */
  readonly capture: Capture;
  readonly retention: {
    /** 0: for ever. */
    readonly days: number;
    /** 0: any size. */
    readonly bytesMax: number;
  };
}

export interface ServiceLedger {
  readonly mode: RecordMode;
  readonly capture: Capture;
  /** Exceptions, by operation or route id. */
  readonly operations: Readonly<Record<string, Capture>>;
  /** Names of fields that are masked before a body is kept. */
  readonly sensitive: readonly string[];
}

export interface Log {
  readonly level: "debug" | "info" | "warn" | "error";
  /** Which exchanges write a log line. */
  readonly exchanges: "all" | "failures" | "none";
}

/** An immutable, content-addressed configuration. */
export interface Revision {
  /** By service name. */
  readonly contracts: ReadonlyMap<string, Contract>;
  /**
   * First 16 hex digits of the SHA-256 over the canonical JSON of the configuration and the
   * digests of its contracts, without the places of routes in the file.
   */
  readonly id: string;
  /** All digits of it. */
  readonly digest?: string;
  readonly configuration: Configuration;
  /** Operations that a face cannot carry; they follow from the contracts. */
  readonly withheld?: readonly WithheldOperation[];
}
