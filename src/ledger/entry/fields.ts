/**
 * All fields that entries are made of: key, type, length. The types of entries, the encoder, the
 * decoder and docs/reference/ledger-entries.md follow from this table. A key is never given to
 * another meaning; new fields get new keys.
 */
import { blames, faultKinds } from "#base/fault-kind.ts";

export type FieldType = "uint" | "id" | "half" | "hash" | "text" | "flag" | "choice";

export interface Field {
  readonly key: number;
  /** id: 16 bytes; half: 8; hash: 32; flag: true, or absent; choice: a number that has a name. */
  readonly type: FieldType | "ids" | "texts" | "keys";
  /** Of text in bytes of UTF-8; of lists in members. */
  readonly max?: number;
  readonly names?: readonly string[];
  readonly about: string;
}

export const entryVersion = 1;

export const kindNames = [
  "exchange",
  "intent",
  "start",
  "stop",
  "revision",
  "read",
  "erasure",
  "gap",
  "key",
  "lost",
] as const;

/** Of one text in a list. */
export const listedTextBytesMax = 128;

export const fields = {
  version: { key: 0, type: "uint", about: "Version of this format: 1." },
  kind: { key: 1, type: "choice", names: kindNames, about: "What the entry tells of." },
  run: {
    key: 2,
    type: "uint",
    about: "Index of the `start` entry of the run that wrote it: node, build and process.",
  },
  timeUs: {
    key: 3,
    type: "uint",
    about: "When it was made, microseconds since 1970 by the wall clock; of an exchange its end.",
  },
  aheadUs: {
    key: 4,
    type: "uint",
    about:
      "How far the logical clock is ahead of the wall clock, absent when it is not: `timeUs` and " +
      "`aheadUs` added grow within a worker, and across runs, even when the wall clock jumps back.",
  },
  exchange: { key: 5, type: "id", about: "Exchange id, a UUID of version 7: `Parlance-Exchange`." },
  revision: { key: 6, type: "half", about: "Id of the configuration's revision." },
  totalUs: { key: 7, type: "uint", about: "From the request's head to the end of the answer." },
  upstreamUs: { key: 8, type: "uint", about: "From the request's head to that of the answer." },
  queuedUs: { key: 9, type: "uint", about: "Of this, until an instance's connection took it." },
  method: { key: 10, type: "text", max: 32, about: "Method of the request." },
  service: { key: 11, type: "text", max: 128, about: "Service; absent: no route matched." },
  route: { key: 12, type: "text", max: 128, about: "Id of the route in the service." },
  operation: { key: 13, type: "text", max: 128, about: "Operation of the contract." },
  template: {
    key: 14,
    type: "text",
    max: 256,
    about: "Path of the route, never that of the call.",
  },
  instance: { key: 15, type: "text", max: 256, about: "Instance that was asked last." },
  caller: { key: 16, type: "text", max: 128, about: "Caller, by the name in the configuration." },
  authentication: {
    key: 17,
    type: "choice",
    names: [
      "none",
      "open",
      "anonymous",
      "key",
      "certificate",
      "message",
      "address",
      "token",
      "password",
      "signature",
    ],
    about:
      "How the caller was recognized; open: callers need not be, anonymous: without a proof, as " +
      "a caller that is allowed to, message: by a proof in it, address: by where it calls from, " +
      "signature: by an HTTP Message Signature.",
  },
  verdict: {
    key: 18,
    type: "choice",
    names: ["forwarded", "answered", "refused"],
    about: "What the gateway decided: to pass it on, to answer itself, or to refuse.",
  },
  attempts: { key: 19, type: "uint", about: "How often it was sent to an instance." },
  status: { key: 20, type: "uint", about: "Status of the answer; 499: the caller left before it." },
  requestBytes: { key: 21, type: "uint", about: "Bytes of the request's body that came." },
  responseBytes: { key: 22, type: "uint", about: "Bytes of the answer's body." },
  protocol: {
    key: 23,
    type: "choice",
    names: ["HTTP/1.0", "HTTP/1.1", "HTTP/2", "TCP"],
    about: "What the caller spoke.",
  },
  requestType: { key: 24, type: "text", max: 96, about: "`Content-Type` of the request." },
  responseType: { key: 25, type: "text", max: 96, about: "`Content-Type` of the answer." },
  face: { key: 26, type: "text", max: 32, about: "Dialect of the caller, where it is known." },
  speaks: { key: 27, type: "text", max: 32, about: "Dialect of the service, where it is known." },
  problem: { key: 28, type: "text", max: 64, about: "Code of the gateway's own problem." },
  fault: {
    key: 29,
    type: "text",
    max: 64,
    about: "Code of the fault of a translated call; of a request with several the first told.",
  },
  faultKind: {
    key: 30,
    type: "choice",
    // Number 0 of gRPC is OK, which is no fault.
    names: ["ok", ...faultKinds],
    about:
      "Kind of the problem or fault; the numbers are the status codes of gRPC. Without either: " +
      "the `grpc-status` of an answer in gRPC that passed as it was, where it tells of a failure.",
  },
  blame: { key: 31, type: "choice", names: blames, about: "Who broke it." },
  aborted: { key: 32, type: "flag", about: "The caller went away before the end." },
  trace: { key: 33, type: "id", about: "W3C trace id; absent: it is the exchange id." },
  parentSpan: { key: 34, type: "half", about: "Span id that the caller sent in `traceparent`." },
  parent: {
    key: 35,
    type: "id",
    about: "Exchange in which this one was made, by what the caller says in `Parlance-Exchange`.",
  },
  requestId: { key: 36, type: "text", max: 128, about: "`X-Request-Id` that the caller sent." },
  idempotencyKey: { key: 37, type: "text", max: 128, about: "`Idempotency-Key` of the request." },
  certificate: { key: 38, type: "hash", about: "SHA-256 of the caller's certificate." },
  subject: { key: 39, type: "id", about: "Pseudonym of whose data it is." },
  requestHead: { key: 40, type: "hash", about: "Salted commitment to the request's head." },
  requestBody: { key: 41, type: "hash", about: "Salted commitment to the request's body." },
  responseHead: { key: 42, type: "hash", about: "Salted commitment to the answer's head." },
  responseBody: { key: 43, type: "hash", about: "Salted commitment to the answer's body." },
  bodies: { key: 44, type: "text", max: 128, about: "Where the bodies are kept." },
  redactions: { key: 45, type: "texts", max: 32, about: "Fields that were masked in them." },
  policy: {
    key: 46,
    type: "text",
    max: 64,
    about: "Policy that refused it, or gave its answer instead of an instance.",
  },
  reported: {
    key: 47,
    type: "text",
    max: 256,
    about: "What a policy found wrong and let pass: code of a problem, and the place.",
  },
  tried: {
    key: 48,
    type: "texts",
    max: 8,
    about:
      "Attempts whose answer was not the one that was given, in the order in which they ended: " +
      "what became of it (a status, `unreachable`, `stale`: a kept connection was dead, " +
      "`broken`, `timeout`, `slower`: another one answered first, `passed-over`: a policy did " +
      "not let it be asked), when it began and how long it took, both in milliseconds, and its " +
      "URL.",
  },
  instead: {
    key: 49,
    type: "flag",
    about: "The policy gave its answer instead of telling the problem.",
  },
  node: { key: 50, type: "text", max: 128, about: "Name of the machine." },
  build: { key: 51, type: "text", max: 64, about: "Version of Parlance." },
  runtime: { key: 52, type: "text", max: 64, about: "Version of Node and its platform." },
  process: { key: 53, type: "uint", about: "Process id." },
  workers: { key: 54, type: "uint", about: "Number of workers." },
  previous: {
    key: 55,
    type: "choice",
    names: ["none", "stopped", "died"],
    about: "How the run before ended; died: without a `stop` entry.",
  },
  reason: { key: 56, type: "text", max: 256, about: "Why, in words." },
  cutOff: { key: 57, type: "uint", about: "Connections that did not finish in time." },
  digest: { key: 58, type: "hash", about: "SHA-256 of the configuration and its contracts." },
  before: { key: 59, type: "half", about: "Revision that was live before." },
  actor: { key: 60, type: "text", max: 128, about: "Who did it." },
  command: { key: 61, type: "text", max: 64, about: "What was done." },
  query: { key: 62, type: "text", max: 512, about: "What was asked for." },
  count: { key: 63, type: "uint", about: "How many." },
  exchanges: { key: 64, type: "ids", max: 100, about: "Ids of the first of them." },
  sinceUs: { key: 65, type: "uint", about: "Since when, microseconds since 1970." },
  origin: { key: 66, type: "text", max: 256, about: "Origin of the log, with its epoch." },
  publicKey: { key: 67, type: "hash", about: "Ed25519 public key that signs checkpoints." },
  previousKey: { key: 68, type: "hash", about: "The one that signed before." },
  worker: { key: 69, type: "uint", about: "Number of the worker." },
  intent: { key: 70, type: "uint", about: "Index of the `intent` entry that has no outcome." },
  startedUs: { key: 71, type: "uint", about: "When the exchange began." },
  callerKey: {
    key: 72,
    type: "uint",
    about:
      "Which of its keys the caller showed, from 1, in their order in the configuration; absent: " +
      "it has one, or showed none.",
  },
  // Known only at the end, so it has the last of the keys that take two bytes.
  cut: {
    key: 255,
    type: "keys",
    max: 24,
    about: "Keys of the texts and lists in this entry that were longer and have been cut.",
  },
} as const satisfies Readonly<Record<string, Field>>;

export type FieldName = keyof typeof fields;

/** In the order of their keys, which is that of the encoding. */
export const fieldsByKey: readonly (readonly [FieldName, Field])[] = Object.entries(
  fields,
).toSorted(([, a], [, b]) => a.key - b.key) as readonly (readonly [FieldName, Field])[];
