import assert from "node:assert/strict";
import test from "node:test";
import type { Fault, Reply } from "#call/call.ts";
import type { Operation } from "#contract/contract.ts";
import { ruledOutputs, type MessageRules } from "./message-rules.ts";

const broken: Fault = {
  kind: "fault",
  faultKind: "aborted",
  blame: "service",
  code: "conflict",
  message: "held by Ann",
  declared: { name: "conflict", detail: "Ann" },
};

test("how a stream ends is rewritten as its outputs are", () => {
  const rules: MessageRules = {
    rewriteCall: (call) => call,
    rewriteReply: (reply): Reply =>
      reply.kind === "fault" ? { ...reply, declared: { name: "conflict", detail: "***" } } : reply,
    judgeInput: () => undefined,
    judgeOutput: (output) => output,
  };
  let end: Fault | undefined = broken;
  const replies = { push: () => [], end: () => end };
  const ruled = ruledOutputs(replies, rules, {} as Operation);
  assert.deepEqual(ruled.end(() => undefined)?.declared, { name: "conflict", detail: "***" });
  end = undefined;
  assert.equal(
    ruled.end(() => undefined),
    undefined,
  );
});
