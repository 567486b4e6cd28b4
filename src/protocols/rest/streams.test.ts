/** Operations that send or take more than one document are refused with the reason. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Operation } from "#contract/contract.ts";
import { describeOpenApi } from "./describe.ts";
import { createRestFace } from "./face.ts";
import { contractOf, field, operation, record, respond, send, text } from "./fixture.ts";
import { createRestUpstream } from "./upstream.ts";

const jsonType = { "content-type": "application/json" };
const modes: readonly Operation["mode"][] = ["server-stream", "client-stream", "bidi"];

for (const mode of modes) {
  const watch = operation("watch", record(field("id", text)), { mode });
  const service = contractOf([watch, operation("get", record())]);

  const isRefused = mode !== "server-stream";
  test(`a call of a ${mode} operation is ${isRefused ? "501 that says why" : "read"}`, () => {
    const face = createRestFace(service);
    for (const body of ["", "{}", "nonsense"]) {
      const sent = { method: "POST", target: "/watch", body };
      if (!isRefused && body === "{}") {
        assert.equal(send(face, { ...sent, fields: jsonType, body: '{"id":"1"}' }).kind, "call");
      }
      if (!isRefused) continue;
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

const watch = operation("watch", record(field("id", text)), {
  mode: "server-stream",
  output: { type: record(field("seen", text)), headers: [] },
});
const watching = contractOf([watch]);

function streamAs(accept: string | undefined) {
  const face = createRestFace(watching);
  const fields = accept === undefined ? jsonType : { ...jsonType, accept };
  const decoded = send(face, { method: "POST", target: "/watch", body: '{"id":"1"}', fields });
  assert.equal(decoded.kind, "call", JSON.stringify(decoded));
  const negotiated = decoded.kind === "call" ? decoded.negotiated : undefined;
  const stream = face.encodeStream?.({ operation: watch, exchangeId: "x1", negotiated });
  assert.ok(stream !== undefined);
  const item = (seen: string): string => {
    const bytes = stream.item({ kind: "answer", output: { seen }, headers: {} });
    return Buffer.isBuffer(bytes) ? bytes.toString() : JSON.stringify(bytes);
  };
  const type = stream.fields.find(([name]) => name === "content-type")?.[1];
  return { type, stream, text: item("a") + item("b") };
}

const broken = {
  kind: "fault",
  faultKind: "unavailable",
  blame: "service",
  code: "gone",
  message: "it went away",
} as const;

test("outputs are lines of JSON, events, or items of an array, as Accept says", () => {
  const lines = streamAs(undefined);
  assert.deepEqual(
    [lines.type, lines.text],
    ["application/x-ndjson", '{"seen":"a"}\n{"seen":"b"}\n'],
  );
  assert.equal(lines.stream.end(undefined).body.length, 0);
  const events = streamAs("text/event-stream");
  assert.equal(events.text, 'data: {"seen":"a"}\n\ndata: {"seen":"b"}\n\n');
  assert.equal(events.stream.end(undefined).body.toString(), "event: end\ndata: \n\n");
  const array = streamAs("application/json");
  const whole = array.text + array.stream.end(undefined).body.toString();
  assert.deepEqual(JSON.parse(whole), [{ seen: "a" }, { seen: "b" }]);
});

test("a stream that breaks says so at its end, or is cut off where there is no place for it", () => {
  const line = streamAs("application/x-ndjson").stream.end(broken).body.toString();
  const { problem } = JSON.parse(line) as { problem: Record<string, unknown> };
  assert.deepEqual(
    [problem["code"], problem["detail"], problem["fault"]],
    ["gone", "it went away", "service"],
  );
  const event = streamAs("text/event-stream").stream.end(broken).body.toString();
  assert.match(event, /^event: problem\ndata: \{[^\n]*"code":"gone"[^\n]*\}\n\n$/);
  assert.equal(streamAs("application/json").stream.end(broken).cut, true);
});

test("a form that no stream has is refused", () => {
  const face = createRestFace(watching);
  const fields = { ...jsonType, accept: "image/png" };
  const sent = { method: "POST", target: "/watch", body: '{"id":"1"}', fields };
  assert.equal(respond(face, send(face, sent)).status, 406);
});
