/** Well-formedness, in full, against our own corpus and xmllint. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { lacks } from "#tests/support/tools.ts";
import { compileXmlWriter } from "./compile-writer.ts";
import { contractCase } from "./contract-arbitrary-fixture.ts";
import { parseXmlTree } from "./parse-tree.ts";
import { malformed, misnamed, refused, wellFormed, type Sample } from "./wellformed-fixture.ts";

for (const { what, text } of wellFormed) {
  test(`accepted: ${what}`, () => {
    assert.deepEqual(Object.keys(parseXmlTree(text)), ["root"], JSON.stringify(parseXmlTree(text)));
  });
}

for (const { what, text } of [...malformed, ...misnamed, ...refused]) {
  test(`refused with its place: ${what}`, () => {
    const parsed = parseXmlTree(text);
    assert.ok("diagnostic" in parsed, "it was accepted");
    const { code, message, line, column } = parsed.diagnostic;
    assert.equal(code, "malformed-xml");
    assert.ok(message.includes(`line ${line}, column ${column}`), message);
  });
}

test("a document type is refused before anything behind it is looked at", () => {
  const parsed = parseXmlTree("<!DOCTYPE a [ \u0001 <<< ");
  assert.ok("diagnostic" in parsed);
  assert.match(parsed.diagnostic.message, /DOCTYPE/);
});

function lint({ text }: Sample): { readonly accepted: boolean; readonly complaint: string } {
  const ended = spawnSync("xmllint", ["--noout", "--huge", "-"], { input: text, encoding: "utf8" });
  return { accepted: ended.status === 0, complaint: ended.stderr };
}

const skip = lacks("xmllint");

test("xmllint accepts what we accept", { skip }, () => {
  for (const one of wellFormed) {
    assert.equal(lint(one).accepted, true, `${one.what}: ${lint(one).complaint}`);
  }
});

test("xmllint complains of what we refuse", { skip }, () => {
  for (const one of malformed) assert.equal(lint(one).accepted, false, one.what);
});

test("xmllint complains of names that we refuse", { skip }, () => {
  for (const one of misnamed) assert.notEqual(lint(one).complaint, "", one.what);
});

test("xmllint accepts what we write", { skip }, () => {
  const written = fc
    .sample(contractCase, { numRuns: 30, seed: 7 })
    .map(({ contract, type, value }) =>
      compileXmlWriter(contract, { name: "root", namespace: "urn:root" }, type).writeDocument(
        value,
      ),
    );
  for (const one of written) {
    assert.ok(one.kind === "text");
    const { accepted, complaint } = lint({ what: "written", text: one.text });
    assert.ok(accepted && !complaint.includes("error"), `${complaint} ${one.text}`);
  }
});
