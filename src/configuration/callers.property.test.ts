import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { deserialize, serialize } from "node:v8";
import fc from "fast-check";
import {
  callerAt,
  callerNameAt,
  eachCallerName,
  hasSeveralKeys,
  keyWithDigest,
  listCallers,
  numberOfKey,
  ownerOfKey,
  packCallers,
  placeNamed,
  shareCallers,
} from "./callers.ts";
import type { Caller, Grant } from "./configuration.ts";

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
const grant: fc.Arbitrary<Grant> = fc.oneof(
  fc.constantFrom("*", "orders.*", "orders.getOrder"),
  fc.constant({ operations: "orders.*", methods: ["GET"] }),
);
const source = { file: "parlance.yaml", line: 1, column: 1 };
const proofs = [{ name: "basic", options: { username: "a" }, source }];

const keysOf = (caller: string): readonly string[] => [0, 1, 2, 3].map((at) => `${caller} ${at}`);

/** Names and keys of their own, as a configuration that was taken has them. */
const callers: fc.Arbitrary<readonly Caller[]> = fc
  .uniqueArray(name, { maxLength: 200 })
  .chain((names) =>
    fc.tuple(
      ...names.map((one) =>
        fc.record({
          name: fc.constant(one),
          keysSha256: fc.subarray(keysOf(one).map((key) => hash("sha256", key))),
          may: fc.array(grant, { maxLength: 3 }),
          ...{ proofs: fc.constantFrom(undefined, proofs) },
        }),
      ),
    ),
  )
  .map((all) =>
    all.map(({ proofs: own, ...caller }) => (own === undefined ? caller : { ...caller, proofs })),
  );

test("callers are the same packed, between processes, and in shared memory", () => {
  fc.assert(
    fc.property(callers, (all) => {
      const packed = packCallers(all);
      const sent = deserialize(serialize(packed)) as typeof packed;
      for (const form of [
        packed,
        sent,
        shareCallers(packed),
        structuredClone(shareCallers(sent)),
      ]) {
        assert.deepEqual(listCallers(form), all);
        assert.deepEqual(
          [...eachCallerName(form)],
          all.map((one) => one.name),
        );
      }
    }),
  );
});

test("a caller is found by its name and by its key, and nobody else is", () => {
  fc.assert(
    fc.property(callers, fc.array(name), (all, strange) => {
      const packed = shareCallers(packCallers(all));
      const keys = new Set<number>();
      for (const [place, { name: own, keysSha256 }] of all.entries()) {
        assert.equal(placeNamed(packed, own), place);
        for (const key of keysOf(own)) {
          const found = keyWithDigest(packed, hash("sha256", key, "latin1"));
          assert.equal(found !== undefined, keysSha256.includes(hash("sha256", key)));
          if (found === undefined) continue;
          assert.equal(ownerOfKey(packed, found), place);
          const number = keysSha256.length > 1 ? keysSha256.indexOf(hash("sha256", key)) + 1 : 0;
          assert.equal(numberOfKey(packed, found), number);
          keys.add(found);
        }
      }
      assert.equal(
        hasSeveralKeys(packed),
        all.some(({ keysSha256 }) => keysSha256.length > 1),
      );
      assert.deepEqual([keys.size, Math.max(-1, ...keys) + 1], [packed.keyCount, packed.keyCount]);
      for (const one of ["", ...strange]) {
        const place = all.findIndex((caller) => caller.name === one);
        assert.equal(placeNamed(packed, one), place < 0 ? undefined : place);
        assert.equal(keyWithDigest(packed, hash("sha256", one, "latin1")), undefined);
      }
      assert.equal(keyWithDigest(packed, "\0".repeat(32)), undefined);
    }),
  );
});

test("there is nobody at other places", () => {
  const packed = packCallers([{ name: "a", keysSha256: [], may: [] }]);
  for (const place of [-1, 1, 0.5, NaN]) {
    assert.equal(callerAt(packed, place), undefined);
    assert.equal(callerNameAt(packed, place), undefined);
  }
});

test("100,000 callers with keys take less than 8 MiB, and what they may is kept once", () => {
  const all = Array.from({ length: 100_000 }, (_, at) => ({
    name: `caller-${at}`,
    keysSha256: [hash("sha256", `key-${at}`)],
    may: at % 2 === 0 ? ["a.*"] : ["b.*", "c.*"],
  }));
  const { grants, proofs: others, ...arrays } = packCallers(all);
  assert.deepEqual(grants, [["a.*"], ["b.*", "c.*"]]);
  assert.equal(others.size, 0);
  const parts = Object.values(arrays).filter((part) => typeof part !== "number");
  const octets = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  assert.ok(octets < 8 * 1024 * 1024, `${octets} octets`);
});
