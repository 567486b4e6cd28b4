/** Which fields an entry of each kind must and may have, beside those that all have. */
import { kindNames, type FieldName } from "./fields.ts";

export type Kind = (typeof kindNames)[number];

export interface KindFields {
  readonly about: string;
  readonly required: readonly FieldName[];
  readonly optional: readonly FieldName[];
}

/** `run` is absent in the `start` entry itself, and in what is written before one. */
export const commonRequired = ["version", "kind", "timeUs"] as const;
export const commonOptional = ["run", "aheadUs", "cut"] as const;

export const kinds = {
  exchange: {
    about: "An exchange has ended, however it did.",
    required: ["exchange", "revision", "totalUs", "verdict", "status"],
    optional: [
      "upstreamUs",
      "queuedUs",
      "method",
      "service",
      "route",
      "operation",
      "template",
      "instance",
      "caller",
      "authentication",
      "attempts",
      "requestBytes",
      "responseBytes",
      "protocol",
      "requestType",
      "responseType",
      "face",
      "speaks",
      "problem",
      "fault",
      "faultKind",
      "blame",
      "aborted",
      "trace",
      "parentSpan",
      "parent",
      "requestId",
      "idempotencyKey",
      "certificate",
      "subject",
      "requestHead",
      "requestBody",
      "responseHead",
      "responseBody",
      "bodies",
      "redactions",
      "policy",
      "reported",
      "tried",
      "instead",
      "callerKey",
    ],
  },
  intent: {
    about: "An unsafe call is about to be passed on; an `exchange` or a `lost` entry follows.",
    required: ["exchange", "revision"],
    optional: [
      "method",
      "service",
      "route",
      "operation",
      "template",
      "caller",
      "authentication",
      "trace",
      "parentSpan",
      "parent",
      "requestId",
      "idempotencyKey",
      "requestHead",
      "requestBody",
      "callerKey",
    ],
  },
  start: {
    about: "A gateway has begun to write this log.",
    required: ["revision", "node", "build", "runtime", "process", "workers", "previous"],
    optional: ["digest"],
  },
  stop: {
    about: "It has stopped in order.",
    required: ["reason"],
    optional: ["cutOff"],
  },
  revision: {
    about: "A configuration is live from now on.",
    required: ["revision"],
    optional: ["digest", "before"],
  },
  read: {
    about: "Somebody has read the ledger.",
    required: ["command"],
    optional: ["actor", "query", "count", "exchange"],
  },
  erasure: {
    about: "Data were destroyed: the keys of a subject, or entries whose time of keeping was over.",
    required: ["count"],
    optional: ["subject", "exchange", "actor", "reason", "query"],
  },
  gap: {
    about: "Exchanges were not put on record.",
    required: ["count", "reason"],
    optional: ["exchanges", "sinceUs", "worker"],
  },
  key: {
    about: "The log is signed with this key from now on.",
    required: ["origin", "publicKey"],
    optional: ["previousKey", "reason"],
  },
  lost: {
    about:
      "An exchange was in flight when its worker or the gateway died, or the disk failed before " +
      "its outcome was on record: outcome unknown.",
    required: ["exchange", "reason"],
    optional: ["method", "service", "worker", "intent", "startedUs"],
  },
} as const satisfies Readonly<Record<Kind, KindFields>>;
