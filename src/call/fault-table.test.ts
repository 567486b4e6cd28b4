import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultKinds } from "#base/fault-kind.ts";
import {
  faultKindOfGraphql,
  faultKindOfGrpc,
  faultKindOfHttp,
  faultKindOfJsonRpc,
  faultKindOfMcp,
  faultKindOfSoap11,
  faultKindOfSoap12,
  faultTable,
} from "./fault-table.ts";

test("every kind survives the dialects that can tell all kinds", () => {
  for (const kind of faultKinds) {
    const row = faultTable[kind];
    assert.equal(faultKindOfGrpc(row.grpc), kind);
    assert.equal(faultKindOfSoap12(row.soap12, row.soap12Subcode), kind);
    assert.equal(faultKindOfGraphql(row.graphql), kind);
    assert.equal(faultKindOfJsonRpc(row.jsonRpc), kind);
  }
});

test("kinds map to the HTTP statuses of google.rpc.Code", () => {
  const statuses = faultKinds.map((kind) => faultTable[kind].http);
  assert.deepEqual(
    statuses,
    [499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401],
  );
});

test("a status that a kind maps to maps back to a kind of the same status", () => {
  for (const kind of faultKinds) {
    const { http } = faultTable[kind];
    assert.equal(faultTable[faultKindOfHttp(http)].http, http);
  }
});

test("kinds that SOAP 1.1 tells apart only by side map back to a kind of that side", () => {
  for (const kind of faultKinds) {
    const { soap11 } = faultTable[kind];
    assert.equal(faultTable[faultKindOfSoap11(soap11)].soap11, soap11);
  }
  assert.equal(faultKindOfSoap11("Client.Authentication"), "unauthenticated");
  assert.equal(faultKindOfSoap11("MustUnderstand"), "unimplemented");
});

test("an unknown subcode leaves the code of SOAP 1.2 to decide", () => {
  assert.equal(faultKindOfSoap12("Sender", "toString"), "invalid_argument");
  assert.equal(faultKindOfSoap12("Receiver", undefined), "internal");
  assert.equal(faultKindOfSoap12("DataEncodingUnknown", undefined), "invalid_argument");
});

test("every status, number and name maps to some kind", () => {
  const known = new Set<string>(faultKinds);
  fc.assert(
    fc.property(fc.integer(), fc.string(), (number, name) => {
      const kinds = [
        faultKindOfHttp(number),
        faultKindOfGrpc(number),
        faultKindOfJsonRpc(number),
        faultKindOfMcp(number),
        faultKindOfSoap11(name),
        faultKindOfSoap12(name, name),
        faultKindOfGraphql(name),
      ];
      assert.ok(kinds.every((kind) => known.has(kind)));
    }),
  );
});
