/** Calls of operations that a face cannot carry get a fault with the finding; others pass. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Operation } from "#contract/contract.ts";
import type { Decoded, Face, FaceRequest } from "#extension/protocol.ts";
import { withholdOperations } from "./withheld-face.ts";

const operation = { id: "put" } as Operation;
const call: Decoded = {
  kind: "call",
  call: { operation, input: {}, headers: {} },
  negotiated: "kept",
};
const face: Face = {
  decode: () => call,
  encode: () => ({ status: 200, fields: [], body: Buffer.alloc(0) }),
};
const request: FaceRequest = {
  method: "POST",
  path: "/",
  query: "",
  field: () => undefined,
  body: Buffer.alloc(0),
};

test("a withheld operation is a fault of the gateway, 501, that says why", () => {
  const decoded = withholdOperations(face, new Map([["put", "because"]])).decode(request);
  assert.equal(decoded.kind, "fault");
  if (decoded.kind !== "fault") return;
  assert.deepEqual(decoded.fault, {
    kind: "fault",
    code: "operation-not-offered",
    faultKind: "unimplemented",
    blame: "gateway",
    httpStatus: 501,
    message: "because",
  });
  assert.equal(decoded.operation, operation);
  assert.equal(decoded.negotiated, "kept");
});

test("other operations pass, and a face without withheld ones is left as it is", () => {
  assert.equal(withholdOperations(face, new Map([["get", "because"]])).decode(request), call);
  assert.equal(withholdOperations(face, new Map()), face);
});
