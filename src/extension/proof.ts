/**
 * What a folder in src/proofs/ offers: one way in which a request proves who calls. Keys are known
 * to the gateway itself, proofs inside SOAP messages to their protocol.
 */
import type { SourcePlace } from "#base/diagnostic.ts";
import type { JsonSchema } from "#base/json-schema.ts";
import type { Log } from "#base/log.ts";
import type { PeerCertificate } from "#base/peer-certificate.ts";
import type { Platform } from "#base/platform.ts";
import type { Problem, ProblemDefinition } from "#base/problem.ts";
import type { ReplayTable } from "#base/replay-table.ts";

/** @template Caller, Options what fits the schemas, defaults filled in, files by absolute path. */
export interface ProofKind<Caller = unknown, Options = unknown> {
  /** Its key at a caller and under `identity`, and the name of its folder: `token`. */
  readonly name: string;
  /** How the ledger calls it. */
  readonly authentication: ProofAuthentication;
  /** What stands at a caller, of a map. */
  readonly caller: JsonSchema;
  /** What stands under `identity`, of a map; undefined: there is nothing to say. */
  readonly options: JsonSchema | undefined;
  /** What it refuses with. */
  readonly problems: readonly ProblemDefinition[];
  /** What no schema can say. */
  check(uses: ProofUses<Caller, Options>, files: ProofFiles): readonly ProofFinding[];
  /** Throws when the world refuses, which fails the load. */
  create(uses: ProofUses<Caller, Options>, site: ProofSite): Prover;
  /** For `parlance explain`: nothing is fetched, and nothing that was sent is shown. */
  explain(uses: ProofUses<Caller, Options>, request: ProofRequest, nowMs: number): ProofExplanation;
}

export type ProofAuthentication = "token" | "password" | "certificate" | "signature";

export interface ProofUses<Caller, Options> {
  readonly callers: readonly ProofCaller<Caller>[];
  readonly options: Options;
}

/** A caller that has this proof. */
export interface ProofCaller<Caller> {
  /** In the configuration. */
  readonly index: number;
  readonly name: string;
  readonly options: Caller;
  readonly source: SourcePlace | undefined;
}

export interface ProofFiles {
  readonly readUpTo: (path: string, bytesMax: number) => Buffer;
}

export interface ProofFinding {
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly suggestion?: string;
  /** Undefined: it is about `identity`. */
  readonly source?: SourcePlace | undefined;
}

/** What a proof may use, of the worker that it runs in. */
export interface ProofSite {
  readonly platform: Platform;
  /** What its operator is told of whom it asks; never of what was sent. */
  readonly log: Log;
  /** Whether a text is a caller's key, and so not to be shown to anybody. */
  readonly isKey: (text: string) => boolean;
  /** What counts once, for all workers. */
  readonly replays: ReplayTable;
  /** What outlives a revision that says the same: made once for a key. */
  readonly kept: <Kept>(key: string, make: () => Kept) => Kept;
}

/**
 * What a proof sees of a request. The object serves others afterwards: who waits has read before
 * what it needs.
 */
export interface ProofRequest {
  readonly method: string;
  /** With query, as sent. */
  readonly target: string;
  readonly scheme: "http" | "https";
  readonly authority: string;
  /** Several lines joined by ", ". */
  readonly field: (lowerCaseName: string) => string | undefined;
  readonly hasBody: boolean;
  /** Of the client's certificate, where TLS has verified one. */
  readonly certificate: PeerCertificate | undefined;
}

/**
 * undefined: the request carries no proof of this kind. "unmatched": it does, and it is of none of
 * the callers.
 */
export type ProofOutcome =
  | undefined
  | Proven
  | { readonly kind: "unmatched"; readonly why: string; readonly field?: ProofField }
  | { readonly kind: "refused"; readonly problem: Problem; readonly field?: ProofField };

/** A field that carries a credential, which is not for services to see. */
export type ProofField = "authorization" | "x-api-key";

export interface Proven {
  readonly kind: "proven";
  /** Place of the caller. */
  readonly caller: number;
  /** Which of its keys it is, from 1; absent or 0: it has one, or it is no key. */
  readonly callerKey?: number;
  readonly field?: ProofField;
  /** Whom exactly it is about, where a caller stands for many. */
  readonly subject?: string;
  /** What it is allowed, by the word of the proof. */
  readonly scopes?: ReadonlySet<string>;
  /** What the body has to be, where the proof is about it, too. */
  readonly bodyDigest?: BodyDigest;
}

export interface BodyDigest {
  readonly algorithm: "sha256" | "sha512";
  /** Of the length that the algorithm has. */
  readonly expected: Uint8Array;
  /** What another body is refused with. */
  readonly problem: Problem;
}

export interface Prover {
  /**
   * @param authorization value of the field; undefined: there is none, or it has proven already who
   * calls by another proof, and it carries one credential only.
   */
  prove(
    request: ProofRequest,
    authorization: string | undefined,
  ): ProofOutcome | Promise<ProofOutcome>;
  /** A value of `WWW-Authenticate`; undefined: HTTP has none for it. */
  challenge?(problem: Problem): string | undefined;
}

export interface ProofExplanation {
  readonly why: string;
  /** Name of the caller that it would be; undefined: none. */
  readonly caller?: string;
  readonly scopes?: ReadonlySet<string>;
  /** The request carries no proof of this kind, so it is not refused for it. */
  readonly absent?: true;
}
