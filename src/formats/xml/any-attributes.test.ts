/** Attributes that a wildcard takes, and those that would take another's place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordType } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import { compileXmlWriter } from "./compile-writer.ts";
import { attribute, contractOf, element, field, string } from "./order-fixture.ts";

const optional = { presence: "optional" } as const;

function written(namespace: string, any: Value, id?: string): string {
  const wildcard = { node: "anyAttribute", name: "", namespace } as const;
  const type: RecordType = {
    kind: "record",
    fields: [
      field("id", string, { ...optional, xml: attribute("id") }),
      field("any", string, { ...optional, xml: wildcard }),
    ],
  };
  const value = id === undefined ? { any } : { id, any };
  const found = compileXmlWriter(contractOf([]), element("r", ""), type, {}).write(value);
  return found.kind === "text" ? found.text : found.message;
}

test("attributes are written in the namespaces that the wildcard takes", () => {
  const other = written("##other urn:t", 'xmlns:q="urn:q" q:a="1" xml:lang="de"');
  assert.match(other, / xmlns:a1="urn:q" a1:a="1" xml:lang="de"/);
  assert.match(written("##local", 'a="1"'), / a="1"/);
});

test("attributes that the wildcard does not take are refused", () => {
  assert.match(written("##other urn:t", 'a="1"'), /expected attributes in ##other urn:t, found a/);
  assert.match(written("##local", 'xmlns:q="urn:q" q:a="1"'), /found a in namespace urn:q/);
  assert.match(
    written("##any", 'xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:nil="1"'),
    /xsi:nil/,
  );
});

test("an attribute of the contract is not written twice, nor past its type", () => {
  for (const id of [undefined, "1"]) {
    assert.match(written("##any", 'id="2"', id), /the attribute id has a place of its own/);
  }
  assert.match(written("##any", ['a="1"', 'a="2"']), /the attribute a .*stands twice/);
});
