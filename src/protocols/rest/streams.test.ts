/** Operations that send or take more than one document are refused with the reason. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Operation } from "#contract/contract.ts";
import { describeOpenApi } from "./describe.ts";
import { createRestFace } from "./face.ts";
import { contractOf, field, operation, record, respond, send, text } from "./fixture.ts";
import { createRestUpstream } from "./upstream.ts";

const modes: readonly Operation["mode"][] = ["server-stream", "client-stream", "bidi"];

for (const mode of modes) {
  const watch = operation("watch", record(field("id", text)), { mode });
  const service = contractOf([watch, operation("get", record())]);

  test(`a call of a ${mode} operation is 501 that says why, whatever its body`, () => {
    const face = createRestFace(service);
    for (const body of ["", "{}", "nonsense"]) {
      const sent = { method: "POST", target: "/watch", body };
      const response = respond(face, send(face, sent));
      assert.equal(response.status, 501);
      const told = JSON.parse(response.body.toString()) as Record<string, string>;
      assert.equal(told["code"], "operation-not-offered");
      assert.equal(told["fault"], "gateway");
      assert.match(told["detail"] ?? "", new RegExp(`^watch is ${mode}: REST has one request`));
    }
  });

  test(`a ${mode} operation is not called, nor described`, () => {
    const call = { operation: watch, input: { id: "1" }, headers: {} };
    const refused = createRestUpstream(service).encode(call);
    assert.equal(refused.kind === "fault" && refused.code, "operation-not-offered");
    const { text: described, diagnostics } = describeOpenApi(service, { address: "/" });
    assert.deepEqual(Object.keys((JSON.parse(described) as { paths: object }).paths), ["/get"]);
    assert.equal(
      diagnostics.find(({ code }) => code === "stream-not-described")?.severity,
      "warning",
    );
  });
}
