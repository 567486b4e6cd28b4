import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { readValueSpans } from "./value-spans.ts";

test("parts keep their texts, numbers to the digit", () => {
  const text = ' {"a" : 12345678901234567890.10 , "b":[1, {"c":null}], "":"\\u0041"} ';
  const spans = readValueSpans(Buffer.from(text));
  assert.ok(spans.kind === "object");
  assert.deepEqual(Object.fromEntries(spans.members), {
    a: "12345678901234567890.10",
    b: '[1, {"c":null}]',
    "": '"\\u0041"',
  });
  assert.deepEqual(readValueSpans(" [ 1 ,[2]] "), { kind: "array", items: ["1", "[2]"] });
  assert.deepEqual(readValueSpans('"x"'), { kind: "scalar", text: '"x"' });
});

test("it takes exactly what JSON.parse takes, but for names that come twice", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.json(), fc.string()),
      fc.nat(),
      fc.string({ maxLength: 1 }),
      (base, at, put) => {
        const place = at % (base.length + 1);
        const text = base.slice(0, place) + put + base.slice(place);
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        const spans = readValueSpans(text);
        if (spans.kind === "fault" && spans.code === "duplicate-member") return;
        assert.equal(spans.kind !== "fault", isJson, JSON.stringify([text, spans]));
      },
    ),
    { numRuns: 3_000 },
  );
});

const refused: readonly [string, string][] = [
  ['{"a":1,"a":2}', "the member `a` stands here twice"],
  ['{"a":1,}', "expected a member's name in quotes, found `}`"],
  ["[1,]", "expected a value, found `]`"],
  ["", "the document is empty; expected JSON"],
  ["{} x", "expected `the end of the document`, found `x`"],
];

for (const [text, message] of refused) {
  test(`${JSON.stringify(text)} is refused`, () => {
    const spans = readValueSpans(text);
    assert.equal(spans.kind === "fault" && spans.message, message);
  });
}
