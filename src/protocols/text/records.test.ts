import assert from "node:assert/strict";
import test from "node:test";
import type { Value } from "#contract/value.ts";
import { createTextFace } from "./face.ts";
import { importText } from "./import-fixture.ts";
import { createTextUpstream } from "./upstream.ts";

const { contract, told } = importText(`
parlance: text/1
operations:
  sendOrders:
    request:
      format: fixed-width
      records:
        - name: header
          fields: [{ const: "H", length: 1 }, { name: day, type: date, length: 8, picture: yyyyMMdd }]
        - name: orders
          occurs: many
          fields: [{ const: "O", length: 1 }, { name: number, type: int, length: 4 }]
          records:
            - name: address
              occurs: optional
              fields: [{ const: "A", length: 1 }, { name: city, length: 6 }]
            - name: lines
              occurs: many
              fields: [{ const: "L", length: 1 }, { name: sku, length: 3 }]
            - name: sum
              fields: [{ const: "S", length: 1 }, { count: lines, length: 2 }]
        - name: trailer
          fields: [{ const: "T", length: 1 }, { count: orders, length: 3 }]
`);
const service = { serviceName: "s", contract };
const [operation] = contract.operations;
assert.ok(operation);

const text = [
  ...["H20261125", "O0001", "ABonn  ", "LTEA", "LCUP", "S02"],
  ...["O0002", "S00", "T002", ""],
].join("\n");

const input = {
  header: { day: "2026-11-25" },
  orders: [
    { number: 1, address: { city: "Bonn" }, lines: [{ sku: "TEA" }, { sku: "CUP" }], sum: {} },
    { number: 2, lines: [], sum: {} },
  ],
  trailer: {},
};

function read(body: string): Value | string {
  const face = createTextFace(service);
  const decoded = face.decode({
    ...{ method: "POST", path: "/", query: "", field: () => undefined },
    body: Buffer.from(body),
  });
  assert.notEqual(decoded.kind, "document");
  if (decoded.kind === "call") return decoded.call.input;
  const { message, place } = (decoded as Extract<typeof decoded, { kind: "fault" }>).fault;
  return `${place}: ${message}`;
}

test("lines within lines are written and read", () => {
  assert.deepEqual(told, []);
  const sent = createTextUpstream(service).encode({ operation, input, headers: {} });
  assert.equal(sent.kind === "request" && sent.body.toString(), text);
  assert.deepEqual(JSON.parse(JSON.stringify(read(text))), input);
});

const wrong: readonly (readonly [string, string, string])[] = [
  [
    "no trailer",
    text.replace("T002\n", ""),
    "/line 9: trailer is missing: the lines end before it",
  ],
  [
    "a trailer that counts wrong",
    text.replace("T002", "T003"),
    "/line 9: it counts 3 of orders, and there are 2",
  ],
  [
    "an inner count that is wrong",
    text.replace("S02", "S05"),
    "/line 6: it counts 5 of lines, and there are 2",
  ],
  [
    "a line too short",
    text.replace("LTEA", "LTE"),
    "/line 4: the line has 3 characters; expected 4",
  ],
  [
    "a line too long",
    text.replace("LTEA", "LTEAS"),
    "/line 4: the line has 5 characters; expected 4",
  ],
  ["a line of no kind", text.replace("LCUP", "XCUP"), '/line 5: expected S, found "XCUP"'],
  ["something behind the end", `${text}Z\n`, '/line 10: "Z" is no record that may stand there'],
  ["a day that does not exist", text.replace("1125", "1131"), "/line 1/day: "],
];

for (const [name, body, expected] of wrong) {
  test(`${name} is told with its line`, () => {
    const said = read(body);
    assert.ok(typeof said === "string" && said.startsWith(expected), JSON.stringify(said));
  });
}
