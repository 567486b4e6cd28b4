/** Lists are found in the bytes of XML, however those come, and whatever looks like one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { placeOfList, type ListScanner } from "#base/split-list.ts";
import { anyName, createXmlListScanner } from "./list-scanner.ts";

interface Case {
  readonly name: string;
  readonly create: () => ListScanner;
  readonly document: string;
  /** Undefined: there is no such list. */
  readonly items: string | undefined;
  /** What closes the document behind an item. */
  readonly closing?: string;
}

const xml =
  (...paths: string[][]) =>
  () =>
    createXmlListScanner(paths);

const cases: readonly Case[] = [
  {
    name: "elements",
    create: xml(["r", "i"]),
    document: '<?xml version="1.0"?><r><h>1</h><i>2</i> <i a=">"/><t/></r>',
    items: '<i>2</i> <i a=">"/>',
    closing: "</r>",
  },
  {
    name: "elements with prefixes, comments and character data",
    create: xml(["Envelope", "Body", anyName, "i"]),
    document:
      "<s:Envelope xmlns:s='u'><!-- <s:Body><a><i/> --><s:Header><i/></s:Header><s:Body >" +
      "<n:a xmlns:n='v'><x><i>0</i></x><n:i><![CDATA[</n:i>]]><i>1</i></n:i><!-- </n:a> -->" +
      "<n:i>2</n:i><n:j/></n:a></s:Body></s:Envelope>",
    items: "<n:i><![CDATA[</n:i>]]><i>1</i></n:i><!-- </n:a> --><n:i>2</n:i>",
    closing: "</n:a></s:Body></s:Envelope>",
  },
  { name: "no items", create: xml(["r", "i"]), document: "<r><j/></r>", items: undefined },
];

for (const { name, create, document, items } of cases) {
  test(`${name}: the place is the same for any split of the bytes`, () => {
    const bytes = Buffer.from(document);
    const place = placeOfList(create(), bytes);
    assert.equal(place && bytes.toString("utf8", place.from, place.to), items);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
        const scanner = create();
        scanner.settle();
        for (const cut of cuts.toSorted((a, b) => a - b)) scanner.scan(bytes.subarray(0, cut));
        scanner.scan(bytes);
        const { state, start, end } = scanner;
        assert.deepEqual(state === "ended" ? { from: start, to: end } : undefined, place);
      }),
    );
  });
}

for (const { name, create, document, items, closing } of cases) {
  if (closing === undefined || items === undefined) continue;
  test(`${name}: within the list, what is open is known`, () => {
    const scanner = create();
    const bytes = Buffer.from(document);
    scanner.scan(bytes.subarray(0, bytes.indexOf(items) + items.length));
    assert.equal(scanner.state, "open");
    assert.equal(scanner.closing, closing);
    assert.ok(scanner.itemsEnd > scanner.start);
  });
}
