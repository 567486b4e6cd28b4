import assert from "node:assert/strict";
import { test } from "node:test";
import type { Operation } from "#contract/contract.ts";
import { callProblems, isStream, streamNotOffered } from "./problems.ts";

test("an operation with a stream is not offered, by the catalogue, and the reason names it", () => {
  const modes = ["unary", "one-way", "server-stream", "client-stream", "bidi"] as const;
  const streams = modes.filter((mode) => isStream({ mode } as Operation));
  assert.deepEqual(streams, ["server-stream", "client-stream", "bidi"]);
  const { kind, message, ...fault } = streamNotOffered(
    { id: "watch", mode: "bidi" } as Operation,
    "SOAP",
  );
  assert.equal(kind, "fault");
  assert.equal(message, "watch is bidi: SOAP has one request and one answer");
  const { title, ...definition } = callProblems.definitions[0] ?? {};
  assert.ok(title);
  assert.deepEqual(fault, definition);
});
