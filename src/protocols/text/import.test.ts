import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { importText } from "./import-fixture.ts";

const fields = "fields: [{ name: a, length: 2 }]";
const request = `request: { format: fixed-width, ${fields} }`;
const contract = (operation: string, more = ""): string =>
  `parlance: text/1\n${more}\noperations:\n  op: { ${operation} }\n`;

const wrong: readonly (readonly [string, string, string])[] = [
  [
    "a key that is misspelt",
    contract(`${request}, requset: { format: csv }`),
    "4:77: unknown-key: unknown key `requset` in `operations.op` (did you mean `request`?)",
  ],
  [
    "a format that is misspelt",
    contract("request: { format: fixedwidth }"),
    '4:28: bad-value: `operations.op.request.format` is "fixedwidth"; expected fixed-width or csv or ' +
      "delimited or key-value or form or xml or xml-rpc or empty (did you mean `fixed-width`?)",
  ],
  [
    "a field without a length",
    contract("request: { format: fixed-width, fields: [{ name: a }] }"),
    "4:50: missing-length: `a` needs a `length`",
  ],
  [
    "fields that overlap",
    contract(
      "request: { format: fixed-width, fields: [{ name: a, length: 2 }, { name: b, length: 1, start: 2 }] }",
    ),
    "4:103: overlapping-fields: `b` stands where `a` stands",
  ],
  [
    "no fields",
    contract("request: { format: csv }"),
    "4:9: wrong-shape: expected either `fields` or `records`",
  ],
  [
    "a picture that is none",
    contract("request: { format: csv, fields: [{ name: d, type: date, picture: yyyyxx }] }"),
    '4:74: bad-picture: "yyyyxx" is no picture of a date (such as yyyyMMdd, HH:mm:ss)',
  ],
  [
    "words that are alike",
    contract(
      'request: { format: csv, fields: [{ name: b, type: bool, words: { "true": Y, "false": Y } }] }',
    ),
    "4:65: repeated-word: two values are written alike",
  ],
  [
    "a template of places alone",
    contract(`${request}, faults: { f: { match: "{message}" } }`),
    "4:99: bad-template: it is nothing but places, so every answer would be a failure",
  ],
  [
    "a fault that nothing means",
    contract(`${request}, faults: { f: {} }`),
    "4:87: missing-key: what means the fault is not said; expected `match`, `when` or `status`",
  ],
  [
    "a frame of two kinds",
    contract(request, "tcp: { answer: { length: 2, digits: 3 } }"),
    "2:8: bad-frame: expected one of `until`, `length` and `digits`",
  ],
  [
    "a kept connection that an answer closes",
    contract(request, "tcp: { answer: close, keepAlive: true }"),
    "2:34: not-kept-alive: a connection that one message closes cannot carry another one",
  ],
  [
    "lines whose end cannot be seen",
    contract(
      "request: { format: csv, records: [{ name: a, occurs: many, fields: [{ name: x }] }, " +
        "{ name: b, occurs: many, fields: [{ name: x }] }] }",
    ),
    "4:43: not-told-apart: where `a` ends cannot be seen; give its lines a field with `const`",
  ],
];

for (const [name, text, expected] of wrong) {
  test(`${name}: told with its place`, () => {
    const { told, contract: imported } = importText(text);
    assert.deepEqual(told, [expected]);
    assert.equal(imported.operations.length, 0);
  });
}

test("types, operations and faults are those of any contract", () => {
  const { told, contract: imported } = importText(
    contract(
      `${request}, answer: { format: csv, rows: items, fields: [{ name: price, type: decimal }] }, ` +
        'faults: { gone: { match: "E{code:2} {message}", kind: not_found } }',
    ),
  );
  assert.deepEqual(told, []);
  const [operation] = imported.operations;
  assert.equal(operation?.mode, "unary");
  assert.deepEqual([...imported.types.keys()], ["OpAnswerItems"]);
  const [fault] = operation?.faults ?? [];
  assert.equal(fault?.name, "gone");
  const type = fault?.type;
  assert.deepEqual(type?.kind === "record" && type.fields.map(({ name }) => name), ["code"]);
  assert.equal(operation?.origin?.line, 4);
});

test("importing ends with a contract, whatever the text", () => {
  const part = fc.constantFrom(
    ...["parlance: text/1", "operations:", "  op:", "    request:", "      format: csv", "\n"],
    ...["      fields:", "        - ", "{ name: a }", "tcp: {", "}", "[", "x: &a", "*a", "\t", "'"],
  );
  const texts = fc.oneof(
    fc.array(part, { maxLength: 20 }).map((parts) => parts.join("\n")),
    fc.string().map((text) => `parlance: text/1\n${text}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const { contract: imported } = importText(text);
      assert.equal(imported.dialect, "text");
    }),
  );
});
