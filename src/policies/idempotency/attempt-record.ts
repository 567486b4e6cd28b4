/** What is kept under a key, and its bytes in the store. */
import { deserialize, serialize } from "node:v8";
import type { ProcessMark } from "#base/processes.ts";
import type { Reply } from "#call/call.ts";
import { createRecord, type Value } from "#contract/value.ts";
import type { Fields } from "#extension/protocol.ts";

/** An answer as it was given: in the dialect of its caller where it passed, else before that. */
export type KeptAnswer =
  | {
      readonly kind: "passed";
      readonly status: number;
      readonly fields: Fields;
      readonly body: Uint8Array;
      readonly trailers: Fields | undefined;
    }
  | {
      readonly kind: "reply";
      readonly reply: Reply;
      /** Of the instance's answer, for callers in its dialect; undefined: of an older record. */
      readonly fields: Fields | undefined;
    };

interface Attempted {
  readonly fingerprint: string;
  /** The first exchange. */
  readonly exchange: string;
}

export interface Running extends Attempted {
  readonly state: "running";
  /** Whose it is: when that has ended, nobody knows what became of it. */
  readonly process: ProcessMark;
}
/** It was sent to an instance, and no answer came. */
export interface Unknown extends Attempted {
  readonly state: "unknown";
}
export interface Done extends Attempted {
  readonly state: "done";
  readonly status: number;
  /** Undefined: too large, a stream, or cut off. */
  readonly answer: KeptAnswer | undefined;
}

export type AttemptRecord = Running | Unknown | Done;

export function encodeRecord(record: AttemptRecord): Uint8Array {
  return serialize(record);
}

export function decodeRecord(bytes: Uint8Array): AttemptRecord {
  const record = deserialize(bytes) as AttemptRecord;
  if (record.state !== "done" || record.answer?.kind !== "reply") return record;
  return { ...record, answer: { ...record.answer, reply: revived(record.answer.reply) } };
}

/** With records as codecs expect them. */
function revived(reply: Reply): Reply {
  if (reply.kind === "answer") {
    const { output, headers } = reply;
    return { ...reply, output: recordOf(output), headers: recordOf(headers) };
  }
  const { declared } = reply;
  if (declared === undefined) return reply;
  return { ...reply, declared: { ...declared, detail: valueOf(declared.detail) } };
}

function valueOf(value: Value): Value {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Array.isArray(value) ? value.map(valueOf) : recordOf(value as { [name: string]: Value });
}

function recordOf(members: { readonly [name: string]: Value }): ReturnType<typeof createRecord> {
  const record = createRecord();
  for (const [name, value] of Object.entries(members)) record[name] = valueOf(value);
  return record;
}
