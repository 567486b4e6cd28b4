import assert from "node:assert/strict";
import test from "node:test";
import type { Call, Fault } from "#call/call.ts";
import type { FaceRequest, Fields } from "#extension/protocol.ts";
import { createGrpcFace } from "./face.ts";
import { importProto } from "./import.ts";
import { createGrpcUpstream } from "./upstream.ts";

const text = `syntax = "proto3";
package shop.v1;
service Orders {
  rpc Place(Order) returns (Placed);
  rpc Watch(Order) returns (stream Placed);
}
message Order { string sku = 1; int64 count = 2; optional double weight = 3; }
message Placed { uint64 number = 1; repeated string notes = 2; }
`;
const { contract, diagnostics } = importProto({
  file: "orders.proto",
  text,
  read: () => undefined,
});
const service = { serviceName: "orders", contract };
const face = createGrpcFace(service);
const upstream = createGrpcUpstream(service);
const place = contract.operations.find(({ id }) => id === "Place");
assert.ok(place !== undefined);
const call: Call = {
  operation: place,
  input: { sku: "tea", count: "9007199254740993" },
  headers: {},
  timeoutMs: 1_500,
};

function fieldOf(fields: Fields): (name: string) => string | undefined {
  return (name) => fields.find(([key]) => key === name)?.[1];
}

function requestOf(sent: Call, more: Partial<FaceRequest> = {}): FaceRequest {
  const encoded = upstream.encode(sent);
  assert.equal(encoded.kind, "request");
  if (encoded.kind !== "request") throw new Error("unreachable");
  const { method, target, fields, body } = encoded;
  return { method, path: target, query: "", field: fieldOf(fields), body, ...more };
}

test("a .proto file becomes a contract without findings", () => {
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(
    contract.operations.map(({ id, mode, grpc }) => [id, mode, grpc?.service]),
    [
      ["Place", "unary", "shop.v1.Orders"],
      ["Watch", "server-stream", "shop.v1.Orders"],
    ],
  );
});

test("what the upstream sends is what the face reads, the time-out included", () => {
  const decoded = face.decode(requestOf(call));
  assert.equal(decoded.kind, "call", JSON.stringify(decoded));
  if (decoded.kind !== "call") return;
  assert.deepEqual(structuredClone(decoded.call.input), call.input);
  assert.equal(decoded.call.timeoutMs, 1_500);
});

test("what the face answers is what the upstream reads", () => {
  const decoded = face.decode(requestOf(call));
  assert.ok(decoded.kind === "call");
  const context = { operation: place, exchangeId: "x1", negotiated: decoded.negotiated };
  const output = { number: "18446744073709551615", notes: ["a", ""] };
  const response = face.encode({ kind: "answer", output, headers: {} }, context);
  assert.deepEqual(response.trailers, [["grpc-status", "0"]]);
  const { status, fields, body, trailers = [] } = response;
  const answer = { status, field: fieldOf(fields), body, trailer: fieldOf(trailers) };
  const reply = upstream.decode(answer, call);
  assert.equal(reply.kind, "answer");
  assert.deepEqual(reply.kind === "answer" && structuredClone(reply.output), output);
});

test("a fault keeps its kind, code, blame and words", () => {
  const decoded = face.decode(requestOf(call));
  assert.ok(decoded.kind === "call");
  const context = { operation: place, exchangeId: "x1", negotiated: decoded.negotiated };
  const told = { faultKind: "failed_precondition", blame: "client", code: "sold-out" } as const;
  const fault: Fault = { kind: "fault", ...told, message: "100 % sold out: čaj" };
  const { status, fields, body, trailers = [] } = face.encode(fault, context);
  assert.equal(status, 200);
  const answer = { status, field: fieldOf(fields), body, trailer: fieldOf(trailers) };
  assert.deepEqual(upstream.decode(answer, call), fault);
});

const wrong: readonly [string, Partial<FaceRequest>, string, string][] = [
  ["an unknown method", { path: "/shop.v1.Orders/Nope" }, "unimplemented", "no-operation"],
  ["no content type", { field: () => undefined }, "unimplemented", "content-type-unknown"],
  ["no message", { body: Buffer.alloc(0) }, "invalid_argument", "bad-framing"],
  [
    "half a message",
    { body: Buffer.from("00000000050a", "hex") },
    "invalid_argument",
    "bad-framing",
  ],
  [
    "a length of 4 GiB",
    { body: Buffer.from("00ffffffff", "hex") },
    "resource_exhausted",
    "message-too-large",
  ],
  [
    "no protobuf",
    { body: Buffer.from("00000000010a", "hex") },
    "invalid_argument",
    "malformed-protobuf",
  ],
];

for (const [name, more, kind, code] of wrong) {
  test(`a request with ${name} is told so`, () => {
    const decoded = face.decode(requestOf(call, more));
    assert.equal(decoded.kind, "fault");
    if (decoded.kind !== "fault") return;
    assert.deepEqual([decoded.fault.faultKind, decoded.fault.code], [kind, code]);
    assert.equal(decoded.fault.blame, "client");
  });
}
