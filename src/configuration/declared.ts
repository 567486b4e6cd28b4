/** parlance.yaml once it fits its schema: the schema's defaults are filled in, nothing else is. */
import type { GraphqlLimits } from "#base/graphql-settings.ts";
import type { Dialect } from "#contract/contract.ts";
import type { Grade } from "#contract/fidelity.ts";
import type { Limits, Timeouts } from "#base/limits.ts";
import type {
  Balance,
  Capture,
  Discovery,
  HealthCheck,
  LimitStore,
  Log,
  OutlierRule,
  RecordMode,
  SignedPart,
  Grant,
} from "./configuration.ts";

export interface Declared {
  readonly listen: DeclaredListen;
  readonly limits: Limits;
  readonly timeouts: Timeouts;
  readonly services: Readonly<Record<string, DeclaredService>>;
  readonly callers?: "open" | Readonly<Record<string, DeclaredCaller>>;
  readonly identity?: DeclaredIdentity;
  readonly graphql: DeclaredGraphql;
  readonly ledger: "off" | DeclaredLedger;
  readonly state: { readonly path: string };
  readonly zone?: string;
  readonly limitStore?: DeclaredLimitStore;
  readonly log: Log;
  readonly policies: readonly DeclaredPolicy[];
}

export interface DeclaredLimitStore {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: {
    readonly serverName?: string;
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
  };
  readonly timeoutMs: number;
  readonly whenAway: LimitStore["whenAway"];
  readonly prefix: string;
}

/** One key: its name. */
export type DeclaredPolicy = Readonly<Record<string, DeclaredPolicyOptions>>;

export interface DeclaredPolicyOptions extends Readonly<Record<string, unknown>> {
  readonly only?: {
    readonly callers?: readonly string[];
    readonly operations?: readonly string[];
  };
}

export interface DeclaredGraphql {
  readonly introspection: boolean;
  readonly keyLists: boolean;
  readonly limits: GraphqlLimits;
  readonly documents?: { readonly file: string; readonly only: boolean };
}

export interface DeclaredLedger {
  readonly path: string;
  readonly checkpoints?: string;
  readonly origin?: string;
  readonly mode: RecordMode;
  readonly capture: Capture;
  readonly retention: { readonly days: number; readonly bytesMax: number };
}

export interface DeclaredListen {
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  readonly workers: number | "auto";
  readonly http2: boolean;
  readonly proxyProtocol: boolean;
  readonly trustedProxies: readonly string[];
  readonly text: readonly DeclaredTextListener[];
  readonly tls?: {
    readonly minVersion: "TLSv1.2" | "TLSv1.3";
    readonly clientCertificates?: { readonly ca: string; readonly required: boolean };
    readonly certificates: readonly {
      readonly cert: string;
      readonly key: string;
      readonly hosts: readonly string[];
    }[];
  };
}

export interface DeclaredTextListener {
  readonly host?: string;
  readonly port: number;
  readonly service: string;
  readonly caller?: string;
  readonly callers: Readonly<Record<string, string>>;
}

export interface DeclaredService {
  readonly instances?: readonly (string | DeclaredInstance)[];
  readonly discover?: DeclaredDiscovery;
  readonly contract?: string;
  readonly faces: readonly string[];
  readonly speaks?: Dialect;
  readonly mcp: readonly string[];
  readonly maxLoss?: Grade;
  readonly routes: readonly DeclaredRoute[];
  readonly prefix?: boolean;
  readonly host: "instance" | "caller";
  readonly timeoutMs?: number;
  readonly connectMs?: number;
  readonly firstByteMs?: number;
  readonly responseIdleMs?: number;
  readonly bodyBytesMax?: number;
  readonly ledger?: {
    readonly mode?: RecordMode;
    readonly capture?: Capture;
    readonly operations: Readonly<Record<string, Capture>>;
    readonly sensitive: readonly string[];
  };
  readonly balance: Balance;
  readonly health?: HealthCheck;
  readonly outlier?: OutlierRule;
  readonly encodedSlash: "refuse" | "pass";
  readonly http2: boolean;
  readonly wsSecurity?: DeclaredServiceSecurity;
  readonly policies: readonly DeclaredPolicy[];
}

export interface DeclaredServiceSecurity {
  readonly usernameToken?: {
    readonly username: string;
    readonly password?: string;
    readonly passwordFile?: string;
    readonly digest: boolean;
    readonly withoutTls?: boolean;
  };
  readonly sign?: {
    readonly certificate: string;
    readonly key: string;
    readonly parts: readonly ("body" | "timestamp" | "username-token")[];
  };
  readonly ageMsMax: number;
}

export interface DeclaredInstance {
  readonly url: string;
  readonly weight?: number;
  readonly drain?: boolean;
  readonly zone?: string;
  readonly priority?: number;
  readonly http2?: boolean;
  readonly tls?: {
    readonly serverName?: string;
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly verify: boolean;
  };
}

export interface DeclaredDiscovery {
  readonly dns?: string;
  readonly srv?: string;
  readonly file?: string;
  readonly resolver: Discovery["resolver"];
  readonly leases?: { readonly ttlMsMax: number; readonly leasesMax: number };
  readonly tls?: DeclaredInstance["tls"];
}

export interface DeclaredRoute {
  readonly id: string;
  readonly host?: string;
  readonly path: string;
  readonly methods: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly stripPrefix: string;
}

export interface DeclaredIdentity extends Readonly<Record<string, unknown>> {
  readonly order?: readonly string[];
  readonly key?: { readonly cookie?: string; readonly query?: string };
}

/** Beside these, proofs by name. */
export interface DeclaredCaller extends Readonly<Record<string, unknown>> {
  /** Absent for `anonymous`, and where there is another proof. */
  readonly key?: string;
  readonly keySha256?: string;
  readonly keys?: readonly string[];
  readonly keysSha256?: readonly string[];
  readonly wsSecurity?: DeclaredCallerSecurity;
  readonly may: readonly Grant[];
}

export interface DeclaredCallerSecurity {
  readonly username?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly digest?: boolean;
  readonly withoutTls?: boolean;
  readonly certificate?: string;
  readonly authority?: string;
  readonly name?: string;
  readonly signed?: readonly SignedPart[];
  readonly sha1?: boolean;
  readonly ageMsMax: number;
  readonly skewMs: number;
}
