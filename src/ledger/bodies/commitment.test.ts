/** That commitments bind, hide, and can be checked by anybody who is shown salt and bytes. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { checkCommitment, createSaltMaker, saltOf } from "./commitment.ts";
import { ExchangeDigests } from "./exchange-digests.ts";
import { exchange } from "./bodies-fixture.ts";
import { part, type Part } from "./parts.ts";

const key = randomBytes(32);
const digits = Buffer.from(exchange, "latin1");
const committed = (digests: ExchangeDigests, which: Part): Buffer =>
  digests.commitments.subarray(32 * which, 32 * which + 32);

test("a commitment is SHA-256 over salt and bytes, however the bytes were cut", () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(pieces, fc.boolean(), fc.boolean(), (parts, isKnown, isRequest) => {
      const which = isRequest ? part.requestBody : part.responseBody;
      const whole = Buffer.concat(parts);
      const digests = new ExchangeDigests("", createSaltMaker(key), digits);
      let passed = 0;
      for (const one of parts) {
        const bytes = Buffer.concat([Buffer.from("before"), one, Buffer.from("behind")]);
        // As it is on the wire: nothing is told of pieces without bytes.
        if (one.length === 0) continue;
        const length = isKnown ? whole.length : -1;
        digests.commitBody(which, bytes, 6, 6 + one.length, length);
        passed += one.length;
      }
      digests.endDigests();
      assert.equal(digests.present, passed === 0 ? 0 : 1 << which);
      if (passed === 0) return;
      const salt = saltOf(key, exchange, which, false);
      const expected = createHash("sha256").update(salt).update(whole).digest();
      assert.deepEqual(committed(digests, which), expected);
      assert.ok(checkCommitment(expected, salt, whole));
      const other = Buffer.concat([whole, Buffer.of(0)]);
      assert.ok(!checkCommitment(expected, salt, other));
    }),
  );
});

test("a body of many megabytes is committed to without being held", () => {
  const digests = new ExchangeDigests("", createSaltMaker(key), digits);
  const piece = Buffer.alloc(1024 * 1024, 0x61);
  const pieces = 64;
  const hash = createHash("sha256").update(saltOf(key, exchange, part.responseBody, false));
  for (let count = 0; count < pieces; count++) {
    digests.commitBody(part.responseBody, piece, 0, piece.length, pieces * piece.length);
    hash.update(piece);
  }
  digests.endDigests();
  assert.deepEqual(committed(digests, part.responseBody), hash.digest());
});

test("all salts of all parts differ, and with the key and the exchange", () => {
  const salts = [key, randomBytes(32)].flatMap((one) =>
    [exchange, exchange.replace("08", "09")].flatMap((id) =>
      Object.values(part).flatMap((which) =>
        [false, true].map((isKept) => saltOf(one, id, which, isKept).toString("hex")),
      ),
    ),
  );
  assert.equal(new Set(salts).size, 32);
});

test("commitments and salts of a wrong length are never right", () => {
  const salt = saltOf(key, exchange, part.requestHead, false);
  const digest = createHash("sha256").update(salt).digest();
  assert.ok(checkCommitment(digest, salt, Buffer.alloc(0)));
  assert.ok(!checkCommitment(digest.subarray(1), salt, Buffer.alloc(0)));
  assert.ok(!checkCommitment(digest, salt.subarray(1), Buffer.alloc(0)));
});

test("the salt of a known key and exchange is what the documented rule gives", () => {
  const known = Buffer.alloc(32, 1);
  const salt = saltOf(known, "00".repeat(15) + "01", part.responseBody, false);
  assert.equal(salt.toString("hex"), "c642b01adf7f59a9cfd1ba2204d653b6");
});
