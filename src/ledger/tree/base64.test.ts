import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { base64Length, decodeBase64, writeBase64 } from "./base64.ts";

test("octets are written as Node writes them, where they are wanted", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat({ max: 5 }), (octets, at) => {
      const bytes = Buffer.concat([Buffer.from("x"), octets, Buffer.from("x")]);
      const out = Buffer.alloc(120, 0x2e);
      const end = writeBase64(bytes, 1, bytes.length - 1, out, at);
      const text = Buffer.from(octets).toString("base64");
      assert.equal(end, at + base64Length(octets.length));
      assert.equal(out.toString("latin1", 0, end + 1), `${".".repeat(at)}${text}.`);
      assert.deepEqual(decodeBase64(text), Buffer.from(octets));
    }),
  );
});

test("only the one canonical spelling is base64", () => {
  for (const text of ["QQ", "QR==", "QQ==\n", "QQ=", "-_==", "QQ== "]) {
    assert.equal(decodeBase64(text), undefined, text);
  }
});
