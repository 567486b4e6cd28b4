/** Lists are found in the bytes of JSON, however those come, and whatever looks like one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertOpen, assertPlace, type ScannerCase } from "#base/list-scanner-fixture.ts";
import { splitList } from "#base/split-list.ts";
import { createJsonListScanner } from "./list-scanner.ts";

const json =
  (...paths: string[][]) =>
  () =>
    createJsonListScanner(paths);

const cases: readonly ScannerCase[] = [
  { name: "a list", create: json(["a"]), document: '{"a":[1,2]}', items: "1,2", closing: "]}" },
  { name: "a root", create: json([]), document: ' [ {"b":[3]} , 2 ] ', items: ' {"b":[3]} , 2 ' },
  {
    name: "a list within",
    create: json(["a", "b"]),
    document: '{"b":[0],"x":{"b":[1]},"a":{"c":[[2]],"b" : [ "]" ,{"b":[4]}],"d":5}}',
    items: ' "]" ,{"b":[4]}',
    closing: "]}}",
  },
  {
    name: "strings with signs of JSON",
    create: json(["a"]),
    document: String.raw`{"x":"\"a\":[9]","y\\":"]","a":["\\",",","\"]"]}`,
    items: String.raw`"\\",",","\"]"`,
  },
  {
    name: "a member with escapes in its name",
    create: json(["a b"]),
    document: String.raw`{"a\u0020b":[1]}`,
    items: "1",
  },
  {
    name: "another member",
    create: json(["a"]),
    document: '{"b":[1],"c":{"a":[2]}}',
    items: undefined,
  },
];

for (const one of cases) {
  test(`${one.name}: the list is found for any split of the bytes, and what is open in it`, () => {
    assertPlace(one);
    assertOpen(one);
  });
}

test("of several lists the one that is open is split", () => {
  const item = JSON.stringify("x".repeat(1_000));
  const begun = `{"a":[1,2],"b":[${`${item},`.repeat(300)}`;
  const splitter = splitList(json(["a"], ["b"])(), Buffer.from(begun)) ?? assert.fail();
  assert.equal(splitter.list, 1);
  const rest = `${item}],"c":3}`;
  const parts: string[] = [];
  splitter.push(Buffer.from(rest), (part) => parts.push(String(part)));
  parts.push(String(splitter.end()));
  const read = parts.map((part) => JSON.parse(part) as { readonly b: readonly string[] });
  assert.deepEqual(
    read.map((one) => Object.keys(one).join()),
    ["a,b", "a,b,c"],
  );
  assert.equal(read.flatMap(({ b }) => b).length, 301);
});

test("a document that does not end within a list is not split", () => {
  for (const begun of ['{"a":[1,2],"b":"', '{"a":{"b":[1,', '{"c":[1,']) {
    assert.equal(splitList(json(["a"])(), Buffer.from(begun)), undefined);
  }
});
