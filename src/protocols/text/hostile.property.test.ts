import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import type { Operation } from "#contract/contract.ts";
import { createTextFace } from "./face.ts";
import { importText } from "./import-fixture.ts";
import { createTextUpstream } from "./upstream.ts";

const formats: Readonly<Record<string, string>> = {
  fixed:
    "format: fixed-width, fields: [{ const: A, length: 1 }, { name: n, type: int, length: 3 }]",
  csv: "format: csv, header: true, rows: items, fields: [{ name: a }, { name: n, type: int }]",
  pairs: "format: key-value, fields: [{ name: a }, { name: n, type: decimal }]",
  form: "format: form, fields: [{ name: a }, { name: n, type: date, picture: yyyyMMdd }]",
  xml: "format: xml, fields: [{ name: a }, { name: b, many: true, fields: [{ name: c }] }]",
  rpc: "format: xml-rpc, fields: [{ name: a, type: int }, { name: b, type: bytes, required: false }]",
};
const operations = Object.entries(formats).map(
  ([name, message]) =>
    `  ${name}:\n    request: { ${message} }\n    answer: { ${message} }\n` +
    '    faults: { bad: { match: "ERR {code} {message}" } }\n',
);

/** What is nearly a message of one of these formats. */
const near = fc.array(
  fc.constantFrom(
    ...["A", "1", "042", "a,n", "\r\n", "\n", "a=x", "&", "n=", "%", "%41", '"', ";", "ERR ", "\0"],
    ...["<request>", "</request>", "<a>", "</a>", "<methodCall>", "<methodName>rpc</methodName>"],
    ...["<params>", "<param>", "<value>", "</value>", "<int>", "<struct>", "<!DOCTYPE", "&#0;"],
  ),
  { maxLength: 25 },
);
const bytes = fc.oneof(
  near.map((parts) => Buffer.from(parts.join(""))),
  fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
);

for (const charset of ["utf-8", "us-ascii", "ibm037"]) {
  const { contract, told } = importText(
    `parlance: text/1\ncharset: ${charset}\noperations:\n${operations.join("")}`,
  );
  const service = { serviceName: "s", contract };

  test(`${charset}: whatever is asked becomes a call or a fault, which is told`, () => {
    assert.deepEqual(told, []);
    const face = createTextFace(service);
    const paths = fc.constantFrom("/", "/nothing", ...Object.keys(formats).map((id) => `/${id}`));
    fc.assert(
      fc.property(paths, bytes, (path, body) => {
        const decoded = face.decode({ method: "POST", path, query: "", field: () => "", body });
        assert.notEqual(decoded.kind, "document");
        if (decoded.kind !== "fault") return;
        const { operation, negotiated, fault } = decoded;
        assert.equal(fault.blame, "client");
        const response = face.encode(fault, { operation, negotiated, exchangeId: "e" });
        assert.ok(response.body.length > 0);
      }),
      { numRuns: 500 },
    );
  });

  test(`${charset}: whatever a program answers becomes an answer or a fault`, () => {
    const upstream = createTextUpstream(service);
    const one = fc.constantFrom(...contract.operations);
    fc.assert(
      fc.property(
        one,
        bytes,
        fc.constantFrom(200, 404, 500),
        (operation: Operation, body, status) => {
          const call = { operation, input: {}, headers: {} };
          const reply = upstream.decode({ status, field: () => undefined, body }, call);
          assert.ok(reply.kind === "answer" || reply.message.length > 0);
        },
      ),
      { numRuns: 500 },
    );
  });
}
