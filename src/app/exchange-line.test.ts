import assert from "node:assert/strict";
import { test } from "node:test";
import type { Log, LogFields } from "#base/log.ts";
import type { Fault } from "#call/call.ts";
import type { ExchangeRecord } from "#gateway/exchange-record.ts";
import { problems } from "#gateway/problems.ts";
import { logExchange } from "./exchange-line.ts";

interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

function lineOf(more: Partial<Pick<ExchangeRecord, "fault" | "problem" | "aborted">>): Line {
  const lines: Line[] = [];
  const at =
    (level: string): Log["info"] =>
    (_event, message, fields = {}) =>
      void lines.push({ level, message, fields });
  const log: Log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  const caller = { protocol: "HTTP/1.1", peer: { address: "127.0.0.1" } };
  const exchange = { id: "1", requestId: "1", caller, hasHead: false, status: 500, ...more };
  logExchange(log, exchange as unknown as ExchangeRecord, "all");
  assert.equal(lines.length, 1);
  return lines[0] as Line;
}

const fault: Fault = {
  kind: "fault",
  faultKind: "internal",
  blame: "service",
  code: "soap-invalid-answer",
  message: "the answer is not what its contract says",
  place: "Envelope/Body",
  cause: "faultcode Server",
};

test("a fault is told with its code, kind, place, cause and who broke it", () => {
  const { level, message, fields } = lineOf({ fault });
  assert.equal(level, "warn");
  assert.equal(message, fault.message);
  const { fault: code, kind, place, blame, cause, problem } = fields;
  assert.deepEqual(
    { code, kind, place, blame, cause, problem },
    {
      code: "soap-invalid-answer",
      kind: "internal",
      place: "Envelope/Body",
      blame: "service",
      cause: "faultcode Server",
      problem: undefined,
    },
  );
});

test("a caller's fault and a declared one are no failures, unless the service says it broke", () => {
  assert.equal(lineOf({ fault: { ...fault, blame: "client" } }).level, "info");
  const declared = { name: "notFound", detail: null };
  assert.equal(lineOf({ fault: { ...fault, declared, faultKind: "not_found" } }).level, "info");
  assert.equal(lineOf({ fault: { ...fault, declared } }).level, "warn");
});

test("a problem of the gateway's goes before a fault, and texts are cut", () => {
  const { message, fields } = lineOf({ fault, problem: problems["answer-timeout"]("slow") });
  assert.equal(message, "slow");
  assert.deepEqual([fields["problem"], fields["fault"]], ["answer-timeout", undefined]);
  assert.equal(lineOf({ fault: { ...fault, message: "x".repeat(9_999) } }).message.length, 1_000);
});
