/** Lists are found in the bytes of XML, however those come, and whatever looks like one. */
import { test } from "node:test";
import { assertOpen, assertPlace, type ScannerCase } from "#base/list-scanner-fixture.ts";
import { anyName, createXmlListScanner } from "./list-scanner.ts";

const xml =
  (...paths: string[][]) =>
  () =>
    createXmlListScanner(paths);

const cases: readonly ScannerCase[] = [
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

for (const one of cases) {
  test(`${one.name}: the list is found for any split of the bytes, and what is open in it`, () => {
    assertPlace(one);
    assertOpen(one);
  });
}
