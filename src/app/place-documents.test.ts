import assert from "node:assert/strict";
import test from "node:test";
import { placeDocuments } from "./place-documents.ts";

const base = "http://h:1/a/b/";

function place(
  documents: Readonly<Record<string, string>>,
  references: readonly (readonly [reference: string, from: string, target: string])[],
) {
  const byUrl = new Map(
    Object.entries(documents).map(([path, text]) => [new URL(path, base).href, text]),
  );
  const [url = ""] = byUrl.keys();
  const placed = placeDocuments("svc", {
    url,
    documents: byUrl,
    references: references.map(([reference, from, target]) => ({
      reference,
      from: new URL(from, base).href,
      target: new URL(target, base).href,
    })),
  });
  return { contract: placed.contract, files: Object.fromEntries(placed.files) };
}

test("a contract alone is one file, called like the service and by what is in it", () => {
  assert.deepEqual(place({ "svc?wsdl": "<w:definitions/>" }, []), {
    contract: "contracts/svc.wsdl",
    files: { "contracts/svc.wsdl": "<w:definitions/>" },
  });
  assert.equal(place({ x: '{"openapi":"3.1.0"}' }, []).contract, "contracts/svc.json");
  assert.equal(place({ "x.yml": "openapi: 3.1.0" }, []).contract, "contracts/svc.yml");
});

test("folders stay as they were, so that relative references hold as they are written", () => {
  const root = '<definitions location="../xsd/one.xsd"/>';
  const one = '<schema location="two.xsd"/>';
  const placed = place({ "svc.wsdl": root, "../xsd/one.xsd": one, "../xsd/two.xsd": "<schema/>" }, [
    ["../xsd/one.xsd", "svc.wsdl", "../xsd/one.xsd"],
    ["two.xsd", "../xsd/one.xsd", "../xsd/two.xsd"],
  ]);
  // The contract itself stands at the top, so what it refers to is written anew.
  assert.deepEqual(placed.files, {
    "contracts/svc/svc.wsdl": '<definitions location="xsd/one.xsd"/>',
    "contracts/svc/xsd/one.xsd": one,
    "contracts/svc/xsd/two.xsd": "<schema/>",
  });
});

test("absolute references, queries and fragments are written anew; names never clash", () => {
  const root = `<definitions location="http://h:1/s?n=1&amp;v=2" schemaLocation='http://h:1/s?n:1&amp;v=2'/>`;
  const placed = place(
    { "svc.wsdl": root, "/s?n=1&v=2": "<schema/>", "/s?n:1&v=2": "<schema />" },
    [
      ["http://h:1/s?n=1&v=2", "svc.wsdl", "/s?n=1&v=2"],
      ["http://h:1/s?n:1&v=2", "svc.wsdl", "/s?n:1&v=2"],
    ],
  );
  assert.deepEqual(Object.keys(placed.files), [
    "contracts/svc/svc.wsdl",
    "contracts/svc/s-n-1-v-2.xsd",
    "contracts/svc/s-n-1-v-2-2.xsd",
  ]);
  assert.equal(
    placed.files["contracts/svc/svc.wsdl"],
    `<definitions location="s-n-1-v-2.xsd" schemaLocation='s-n-1-v-2-2.xsd'/>`,
  );
});

test("a namespace that reads like the place of its schema stays as it is", () => {
  const url = "http://h:1/types.xsd";
  const root = `<definitions xmlns:t="${url}"><import namespace="${url}" schemaLocation="${url}"/>`;
  const placed = place({ "svc.wsdl": root, "/types.xsd": "<schema/>" }, [
    [url, "svc.wsdl", "/types.xsd"],
  ]);
  assert.equal(
    placed.files["contracts/svc/svc.wsdl"],
    `<definitions xmlns:t="${url}"><import namespace="${url}" schemaLocation="types.xsd"/>`,
  );
});

test("references of YAML are told from longer ones, however far they stand behind their key", () => {
  const root = "a: { $ref: /m.yaml }\nb: { $ref: /m.yaml2 }\nc:\n  $ref:   /m.yaml#/x\n";
  const placed = place({ "svc.yaml": root, "/m.yaml": "x: 1" }, [
    ["/m.yaml", "svc.yaml", "/m.yaml"],
  ]);
  assert.equal(
    placed.files["contracts/svc/svc.yaml"],
    "a: { $ref: m.yaml }\nb: { $ref: /m.yaml2 }\nc:\n  $ref:   m.yaml#/x\n",
  );
});

test("references of OpenAPI keep their fragments, in JSON and in YAML without quotes", () => {
  const json = '{"openapi":"3.1.0","x":{"$ref":"/c.json#/a"}}';
  const first = place({ "o.json": json, "/c.json": "{}" }, [["/c.json", "o.json", "/c.json"]]);
  assert.match(first.files["contracts/svc/svc.json"] ?? "", /"\$ref":"c\.json#\/a"/);
  const yaml = "openapi: 3.1.0\nx:\n  $ref: /c.yaml#/a\n";
  const second = place({ "o.yaml": yaml, "/c.yaml": "a: 1" }, [["/c.yaml", "o.yaml", "/c.yaml"]]);
  assert.match(second.files["contracts/svc/svc.yaml"] ?? "", /\$ref: c\.yaml#\/a\n/);
});

test("a .proto and those that it imports keep their names, by which others import them", () => {
  const root = 'import "c/t.proto";';
  const placed = place({ "s.proto": root, "c/t.proto": "" }, [
    ["c/t.proto", "s.proto", "c/t.proto"],
  ]);
  assert.deepEqual(placed.files, {
    "contracts/svc/svc.proto": root,
    "contracts/svc/c/t.proto": "",
  });
});

test("whatever a URL says, no document is placed outside of its folder", () => {
  const placed = place({ "svc.wsdl": "<definitions/>", "/%2e%2e%2f..%5cx": "<schema/>" }, [
    ["/%2e%2e%2f..%5cx", "svc.wsdl", "/%2e%2e%2f..%5cx"],
  ]);
  for (const path of Object.keys(placed.files)) {
    assert.match(path, /^contracts\/svc\/[^/]+$/);
    assert.doesNotMatch(path, /(^|\/)\.\.(\/|$)/);
  }
});
