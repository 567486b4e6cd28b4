/** Paths and widths of tiles, with the examples of C2SP tlog-tiles. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isProblem } from "#base/problem.ts";
import { decodeBundle, encodeBundle } from "./entry-bundle.ts";
import { parseTilePath, tilePath, tilesOf, widthOfTile, type Tile } from "./tile.ts";

test("paths are spelled as the specification does", () => {
  assert.equal(tilePath({ level: 0, index: 0, width: 256 }), "tile/0/000");
  assert.equal(tilePath({ level: 0, index: 1234067, width: 256 }), "tile/0/x001/x234/067");
  assert.equal(tilePath({ level: 1, index: 273, width: 17 }), "tile/1/273.p/17");
  assert.equal(tilePath({ level: "entries", index: 1000, width: 1 }), "tile/entries/x001/000.p/1");
});

test("a path that was written is read as the same tile", () => {
  const members = {
    level: fc.oneof(fc.constant("entries" as const), fc.integer({ min: 0, max: 63 })),
    index: fc.oneof(fc.nat(2000), fc.integer({ min: 0, max: Math.floor(2 ** 53 / 256) - 1 })),
    width: fc.integer({ min: 1, max: 256 }),
  };
  const tile = fc.record(members, { noNullPrototype: true });
  fc.assert(fc.property(tile, (one) => assert.deepEqual(parseTilePath(tilePath(one)), one)));
});

for (const path of [
  "",
  "tile/0/0",
  "tile/00/000",
  "tile/64/000",
  "tile/-1/000",
  "tile/0/x000/001",
  "tile/0/x001",
  "tile/0/001/x002",
  "tile/0/000.p/0",
  "tile/0/000.p/256",
  "tile/0/000.p/01",
  "tile/0/000.p/",
  "tile/data/000",
  "/tile/0/000",
  "tile/0/000/",
  "tile/0/../000",
  "tile/0/x999/x999/x999/x999/x999/999",
  `tile/0/${"x001/".repeat(100)}000`,
  "tile/0/000\n",
]) {
  test(`${JSON.stringify(path.slice(0, 40))} is no path of a tile`, () => {
    assert.ok(isProblem(parseTilePath(path)));
  });
}

test("a tree of 70,000 consists of the tiles that the specification counts", () => {
  const tiles = [...tilesOf(70_000)];
  const of = (level: Tile["level"]) => tiles.filter((tile) => tile.level === level);
  const widths = (level: Tile["level"]) => [of(level).length, of(level).at(-1)?.width];
  assert.deepEqual(widths("entries"), [274, 112]);
  assert.deepEqual(widths(0), [274, 112]);
  assert.deepEqual(widths(1), [2, 17]);
  assert.deepEqual(widths(2), [1, 1]);
  assert.deepEqual(widths(3), [0, undefined]);
  assert.equal(widthOfTile(0, 274, 70_000), 0);
});

test("a tree of 256 has a full tile of leaves and a partial one above it", () => {
  assert.deepEqual([...tilesOf(256)].map(tilePath), [
    "tile/entries/000",
    "tile/0/000",
    "tile/1/000.p/1",
  ]);
});

test("a bundle that was encoded holds the same entries", () => {
  const entries = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 256 });
  fc.assert(
    fc.property(entries, (list) => {
      const decoded = decodeBundle(encodeBundle(list), list.length);
      assert.ok(!isProblem(decoded));
      assert.deepEqual(
        decoded.map((one) => [...one]),
        list.map((one) => [...one]),
      );
    }),
  );
});

test("a bundle that is cut, prolonged or counted wrongly is told so, at every byte", () => {
  const bundle = encodeBundle([Buffer.from("one"), Buffer.alloc(0), Buffer.from("three")]);
  for (let length = 0; length < bundle.length; length++) {
    assert.ok(isProblem(decodeBundle(bundle.subarray(0, length), 3)), `${length} bytes`);
  }
  assert.ok(isProblem(decodeBundle(Buffer.concat([bundle, Buffer.of(0)]), 3)));
  assert.ok(isProblem(decodeBundle(bundle, 2)));
  assert.ok(isProblem(decodeBundle(bundle, 4)));
});
