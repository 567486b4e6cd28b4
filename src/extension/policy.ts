/**
 * What a folder in src/policies/ offers: a rule that exchanges are held to. It hooks into fixed
 * phases of an exchange's life, in the order in which they stand here; those that it leaves out
 * cost nothing. All of it is called synchronously; only what says so may wait.
 */
import type { SourcePlace } from "#base/diagnostic.ts";
import type { DurableRecords } from "#base/durable-records.ts";
import type { JsonSchema } from "#base/json-schema.ts";
import type { Platform } from "#base/platform.ts";
import type { Problem, ProblemDefinition } from "#base/problem.ts";
import type { SharedCells } from "#base/shared-cells.ts";
import type { SharedCounts } from "#base/shared-counts.ts";
import type { ReadShared, SharedStore } from "#base/shared-store.ts";
import type { Call, Fault, Reply } from "#call/call.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import type { Again, Attempt, AttemptEnd, Hedge, MovedAttempt, SentRequest } from "./attempt.ts";
import type { FaceResponse, Fields, ReadingManner } from "./protocol.ts";
import type { Input } from "./streams.ts";

/** @template Options what fits the schema, defaults filled in, files by absolute path. */
export interface Policy<Options = unknown> {
  /** As it stands in parlance.yaml, and the name of its folder: `rate-limit`. */
  readonly name: string;
  /** One sentence, for tables. */
  readonly summary: string;
  /** Paragraphs in Markdown: what it does, what callers see, what it does not do. */
  readonly description: string;
  /** Of a map: `properties`, all described, with their defaults. */
  readonly options: JsonSchema;
  /** YAML of the `policies` key that shows it in use. */
  readonly example: string;
  /** What it refuses with. */
  readonly problems: readonly ProblemDefinition[];
  /**
   * "request": once for what a caller has sent, whatever calls it asks for (CORS, addresses);
   * where it asks over all services, then for each of its calls.
   * "call": for each call, also those that GraphQL, JSON-RPC or MCP ask for in one request.
   */
  readonly level: "request" | "call";
  /** Whether it has `rewriteCall` or `rewriteReply`. */
  readonly rewrites?: true;
  /** Whether it has `onPreflight`. */
  readonly answersPreflights?: true;
  /** Whether it has `publishedKeys`. */
  readonly publishesKeys?: true;
  /** What no schema can say. @returns what is wrong, by the path in the options. */
  check?(options: Options, site: CheckedSite): readonly OptionFinding[];
  /** What it does with these options, for `parlance explain`. */
  explain(options: Options): string;
  /** How it stands for such a request; undefined: that is not known. */
  explainState?(options: Options, site: ExplainedSite): string | undefined;
  /** What it refuses such a request with, for all that is known of it now. */
  explainRefusal?(options: Options, site: ExplainedSite): Problem | undefined;
  /** Whether it answers instead of a refusal with this code, by a policy behind it. */
  answersInstead?(options: Options, code: string): boolean;
  /** For one place in the configuration; throws when the world refuses, which fails the load. */
  create(options: Options, site: PolicySite): PolicySteps;
}

export interface CheckedSite {
  /** Undefined: it stands in the general list. */
  readonly serviceName: string | undefined;
  readonly contract: Contract | undefined;
  /** Names of all callers; undefined: open. */
  readonly callers: readonly string[] | undefined;
  /** Whether there is a store that several gateways share. */
  readonly hasStore?: boolean;
}

/** One place in the configuration, and a request that would come there. */
export interface ExplainedSite {
  readonly serviceName: string | undefined;
  /** As in `PolicySite`. */
  readonly id: string;
  readonly nowMs: number;
  readonly request: {
    /** Undefined: not known. */
    readonly callerName: string | undefined;
    readonly serviceName: string;
    readonly operation: string | undefined;
    readonly routeId: string;
    /** Whether it may be repeated: method, or contract. */
    readonly idempotent: boolean;
    readonly field: (lowerCaseName: string) => string | undefined;
  };
  /** What was taken of a durable count; undefined: it cannot be read. */
  readonly takenOf: (key: string) => number | undefined;
  /** What is in the store that gateways share; undefined: there is none. */
  readonly readShared: ReadShared | undefined;
  /** Of a running gateway, as in `PolicySite`; undefined: none is asked. */
  readonly running?: Pick<PolicySite, "cells" | "counts"> | undefined;
}

export interface OptionFinding {
  readonly path: readonly (string | number)[];
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly suggestion?: string;
}

/** What a policy may use, of the worker that it runs in. */
export interface PolicySite extends Omit<CheckedSite, "callers"> {
  readonly platform: Platform;
  /** Counters that all workers share, and that outlive a revision. */
  readonly cells: SharedCells;
  /** What all workers have under way; a worker that dies has nothing any more. */
  readonly counts: SharedCounts;
  /** Numbers that several gateways share; undefined: each counts for itself. */
  readonly store: SharedStore | undefined;
  /** What outlives the process. */
  readonly records: DurableRecords;
  /** Unique among all places, the same in all workers and in the next revision: for keys. */
  readonly id: string;
  readonly source: SourcePlace | undefined;
}

/** What becomes of an exchange: undefined, it goes on. */
export type Verdict = Refused | Answered | undefined;

export interface Refused {
  readonly kind: "refuse";
  readonly problem: Problem;
}

/** Of one attempt. */
export interface RefusedAttempt extends Refused {
  /** Of this instance alone: another one is asked, if there is one. */
  readonly onlyHere: boolean;
}

/** Instead of an instance's answer. */
export interface Answered {
  readonly kind: "answer";
  /** In the caller's dialect already, or to be encoded for it where it is translated. */
  readonly response: FaceResponse | Reply;
  /** Beside a reply: fields that its contract does not speak of, for callers who get those. */
  readonly fields?: Fields;
}

/** What a policy sees of an exchange. The object serves others afterwards: nobody keeps it. */
export interface PolicyRequest {
  readonly id: string;
  readonly method: string;
  /** With query, as sent. */
  readonly target: string;
  /** Several lines joined by ", ". */
  readonly field: (lowerCaseName: string) => string | undefined;
  readonly serviceName: string;
  readonly routeId: string;
  /** Undefined: not known (yet), or the service has no contract. */
  readonly operation: string | undefined;
  readonly contract: Contract | undefined;
  /** Undefined: nobody known, or `callers: open`. */
  readonly callerName: string | undefined;
  /** IP address of who asks: behind trusted proxies the one that they name. */
  readonly address: string;
  /** On the way from the caller: behind trusted proxies, by their word. */
  readonly encrypted: boolean;
  /** Host and port that were asked for. */
  readonly authority: string;
  /** The same on the way from the caller: behind trusted proxies, by their word. */
  readonly hostAsked: string;
  readonly hasBody: boolean;
  /** Whom exactly it is about, by the word of a token; undefined: it does not say. */
  readonly subject: string | undefined;
  /** Of a token that proved who calls; undefined: it does not say. */
  readonly scopes: ReadonlySet<string> | undefined;
  /** Whether it is decoded and encoded anew for the instance. */
  readonly isTranslated: boolean;
  /** Whether a policy has had it made once more (see `repeat`): nobody waits for its answer. */
  readonly isRepeat: boolean;
  /** When it began, monotonic. */
  readonly startedMs: number;
  /**
   * What is left of the time that its caller gives, and policies and its service allow; below 0: it
   * is over; Infinity: nobody says.
   */
  readonly timeLeftMs: number;
  /** Of the body, as far as it has come. */
  readonly requestBytes: number;
  /** Of the instance's answer, as far as it has come. */
  readonly responseBytes: number;
  /** Whether repeating it changes no more than doing it once: method, or contract. */
  readonly idempotent: boolean;
  /**
   * Whether instances may get it twice: it is idempotent, or passes with an `Idempotency-Key` for
   * them to heed.
   */
  readonly mayBeSentTwice: boolean;
  /** Whether it may be sent again after that: the same, or nothing was done. */
  readonly mayBeSentAgain: (end: AttemptEnd) => boolean;
  /**
   * A policy sees to it that it is carried out once, so its key is none for instances to heed.
   * @param nothingDone whether an attempt that has ended so has done nothing.
   */
  readonly carryOutOnce: (nothingDone: (end: AttemptEnd) => boolean) => void;
  /** Something is wrong, and is let pass: for log, record, metrics, and the answer's head. */
  readonly report: (problem: Problem) => void;
  /** It ends when it has taken so long; the shortest time that is said counts. */
  readonly endAfter: (ms: number) => void;
  /** Goes with the answer, whoever gives it. The value must be able to stand in a header. */
  readonly addAnswerField: (name: string, value: string) => void;
  readonly addRequestField: (name: string, value: string) => void;
  /**
   * Whose field of this name the instance gets: the caller's own, as it came; one that the gateway
   * or a policy has written; none but what the contract speaks of.
   */
  readonly fieldFrom: (lowerCaseName: string) => "caller" | "gateway" | "nobody";
  /** The caller's own of that name does not reach the instance. */
  readonly dropRequestField: (lowerCaseName: string) => void;
  /**
   * The same request is made once more, as it came and for the same caller, while this one goes on:
   * an exchange of its own, whose answer only policies see. Of requests without a body, or whose
   * call is decoded.
   */
  readonly repeat: () => void;
}

/** An instance's answer before any of it has left. */
export interface PolicyAnswer {
  readonly status: number;
  readonly field: (lowerCaseName: string) => string | undefined;
  /** All that the caller would get, names in lower case. */
  readonly fields: Fields;
  readonly dropField: (lowerCaseName: string) => void;
}

/** How much of a message that passes is held back to be read; 0: none, it passes unread. */
export interface Holding {
  /** Bytes of a body. What is larger passes, or is refused, unread. */
  readonly requests: number;
  readonly answers: number;
}

/** A message that passes, before any of it goes on; it goes on as it came. */
interface HeldMessage<Read> {
  /** Of its body, as far as it was held. */
  readonly bytes: number;
  /** False: it is larger than what is held. */
  readonly isWhole: boolean;
  /** What it is by the contract, or what is wrong with it. Of whole messages only. */
  readonly read: (manner: ReadingManner) => Read;
}

export type HeldRequest = HeldMessage<Call | Fault>;
/** A fault of an answer is what the service has told, unless it is `unfit`. */
export type HeldAnswer = HeldMessage<Reply>;

/** The body of a request that passes, before any of it goes on. */
export interface GatheredRequest {
  /** As far as it was gathered. */
  readonly data: Buffer;
  /** False: it is larger than any policy wanted. */
  readonly isWhole: boolean;
}

/** Sees an answer as the caller gets it, without framing. Exactly one of end and abort comes. */
export interface AnswerTap {
  readonly begin: (status: number, fields: Fields) => void;
  readonly push: (bytes: Uint8Array) => void;
  readonly end: (trailers?: Fields) => void;
  readonly abort: () => void;
}

/** How an exchange went, at its end. */
export interface PolicyEnd {
  /** What the caller got; 0 nothing. */
  readonly status: number;
  readonly aborted: boolean;
  readonly problem: Problem | undefined;
  readonly fault: Fault | undefined;
  readonly tookMs: number;
}

export interface OwnAnswer {
  /** Whether `onRequest` was asked. */
  readonly wasAsked: boolean;
  /** What it has beside those that are added, names in lower case. */
  readonly has: (lowerCaseName: string) => boolean;
}

export interface PolicySteps {
  /** Its route is known, who calls is not: for policies of the "request" level. */
  readonly onRouted?: (request: PolicyRequest) => Verdict;
  /**
   * Of pages' requests that ask whether they may ask (Fetch standard), before anything else; the
   * route is that of the request that is to follow.
   */
  readonly onPreflight?: (request: PolicyRequest) => Verdict;
  /** Route and caller are known, nothing has been sent. May wait. */
  readonly onRequest?: (request: PolicyRequest) => Verdict | Promise<Verdict>;
  /**
   * The gateway gives an answer that no instance has given now: over all services, where only
   * policies of the general list are asked, in the name of a policy, or a refusal, of which those
   * that have seen the request begin are told by `onProblem`.
   */
  readonly onOwnAnswer?: (request: PolicyRequest, answer: OwnAnswer) => void;
  /** The call is decoded: of translated exchanges only. May wait. */
  readonly onCall?: (request: PolicyRequest, call: Call) => Verdict | Promise<Verdict>;
  /** Of exchanges that pass, where the service has a contract. */
  readonly holds?: Holding;
  /** Nothing was sent of it. */
  readonly onHeldRequest?: (request: PolicyRequest, held: HeldRequest) => Verdict;
  /** Nothing of it has left for the caller. */
  readonly onHeldAnswer?: (request: PolicyRequest, held: HeldAnswer) => Verdict;
  /** One of several inputs, or what is wrong with it; of exchanges that pass, too. */
  readonly onInput?: (request: PolicyRequest, input: Input | Fault) => Problem | undefined;
  /** One of several outputs, or what is wrong with it; of exchanges that pass, too. */
  readonly onOutput?: (request: PolicyRequest, output: Reply) => Problem | undefined;
  /**
   * What instances get of a call, and callers of a reply, whoever gave it. Exchanges for which a
   * policy has one of them are decoded and encoded, even within one dialect. Of what comes one by
   * one, for each.
   */
  readonly rewriteCall?: (request: PolicyRequest, call: Call) => Call;
  readonly rewriteReply?: (request: PolicyRequest, reply: Reply, operation: Operation) => Reply;
  /**
   * Of exchanges that pass: how many bytes of this request's body are wanted before anything is
   * sent; undefined: none.
   */
  readonly gathers?: (request: PolicyRequest) => number | undefined;
  /** As much of it has come, of whichever request is gathered. May wait. */
  readonly onGathered?: (
    request: PolicyRequest,
    gathered: GatheredRequest,
  ) => Verdict | Promise<Verdict>;
  /** An instance is chosen, and is about to be asked. */
  readonly onAttempt?: (request: PolicyRequest, attempt: Attempt) => RefusedAttempt | undefined;
  /** The first is about to be asked, by a request that is at hand as a whole. */
  readonly hedges?: (request: PolicyRequest) => Hedge | undefined;
  /** It is asked now. */
  readonly onSend?: (request: PolicyRequest, sent: SentRequest) => void;
  /**
   * Its answer begins, or it has none. The first who wants it again has its way. Not told of one
   * that is cancelled, because its caller is gone or a hedged one has answered.
   */
  readonly onAttemptEnd?: (request: PolicyRequest, end: AttemptEnd) => Again | undefined;
  /** Told instead of its end. */
  readonly onAttemptMoved?: (request: PolicyRequest, moved: MovedAttempt) => void;
  /** An instance's answer is about to be passed on. */
  readonly onAnswer?: (request: PolicyRequest, answer: PolicyAnswer) => Verdict;
  /** It is decoded: of translated exchanges only. @returns what takes its place. */
  readonly onReply?: (
    request: PolicyRequest,
    reply: Reply,
    operation: Operation,
  ) => Reply | undefined;
  /** Before an answer begins; undefined: nobody wants to see this one. */
  readonly tapAnswer?: (request: PolicyRequest) => AnswerTap | undefined;
  /** A problem of the gateway's, before the caller is told. @returns what it gets instead. */
  readonly onProblem?: (request: PolicyRequest, problem: Problem) => Answered | undefined;
  /** Asked when the caller is gone: whether it goes on all the same, so that its answer is seen. */
  readonly outlives?: (request: PolicyRequest) => boolean;
  /** Exactly once for each exchange whose beginning it has seen, or would have in `onRequest`. */
  readonly onEnd?: (request: PolicyRequest, end: PolicyEnd) => void;
  /** How it stands in this worker for such a request, for those who ask why. */
  readonly tellNow?: (request: Omit<ExplainedSite["request"], "field">) => string | undefined;
  /** Public keys (RFC 7517) that the gateway shows to everybody. */
  readonly publishedKeys?: () => readonly object[];
  /** The revision is not used any more. */
  readonly close?: () => void;
}
