import assert from "node:assert/strict";
import { test } from "node:test";
import { spiffeIdIn } from "./peer-certificate.ts";

test("a SPIFFE id is the one URI of a certificate, whatever its other names pretend", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["URI:spiffe://td/a", "spiffe://td/a"],
    ["DNS:x, URI:spiffe://td/a, IP Address:127.0.0.1", "spiffe://td/a"],
    ["URI:spiffe://td/a, URI:spiffe://td/b", undefined],
    ["URI:https://td/a", undefined],
    ['DNS:"x, URI:spiffe://td/a"', undefined],
    ['URI:"spiffe://td/a, URI:x"', undefined],
    ["", undefined],
  ];
  for (const [names, expected] of cases) assert.equal(spiffeIdIn(names), expected, names);
});
