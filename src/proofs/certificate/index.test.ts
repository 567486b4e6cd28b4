import assert from "node:assert/strict";
import test from "node:test";
import type { ProofRequest } from "#extension/proof.ts";
import { certificate } from "./index.ts";

const sha256 = "ab".repeat(32);
const shown = { sha256, spiffeId: "spiffe://example.test/batch/7", commonName: "batch" };

test("a caller that stands for many hides none of them, in whatever order they stand", () => {
  const narrowing = [
    ["name", { commonName: "batch" }],
    ["all", { spiffe: "spiffe://example.test/*" }],
    ["batches", { spiffe: "spiffe://example.test/batch/*" }],
    ["batch", { spiffe: "spiffe://example.test/batch/7" }],
    ["named", { spiffe: "spiffe://example.test/batch/7", commonName: "batch" }],
    ["pinned", { sha256 }],
  ] as const;
  const request: ProofRequest = {
    method: "GET",
    target: "/",
    scheme: "https",
    authority: "a",
    hasBody: false,
    field: () => undefined,
    certificate: shown,
  };
  for (let count = 1; count <= narrowing.length; count++) {
    const callers = narrowing
      .slice(0, count)
      .map(([name, options], index) => ({ index, name, options, source: undefined }));
    const [expected] = narrowing[count - 1] as (typeof narrowing)[number];
    for (const order of [callers, callers.toReversed()]) {
      const uses = { callers: order, options: undefined };
      assert.equal(certificate.explain(uses, request, 0).caller, expected);
      const site = undefined as never;
      const outcome = certificate.create(uses, site).prove(request, undefined);
      assert.deepEqual(outcome, { kind: "proven", caller: count - 1, subject: shown.spiffeId });
    }
  }
});
