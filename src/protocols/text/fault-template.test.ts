import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { compileTemplate, type FaultTemplate } from "./fault-template.ts";

function compiled(template: string): FaultTemplate {
  const found = compileTemplate(template);
  assert.ok(typeof found !== "string", JSON.stringify(found));
  return found;
}

const cases: readonly (readonly [string, string, Readonly<Record<string, string>> | undefined])[] =
  [
    ["ERR", "ERROR", {}],
    ["ERR", " ERR", undefined],
    ["ERR {code} {message}", "ERR 17 out of tea\r\nmore", { code: "17", message: "out of tea" }],
    ["ERR {code} {message}", "ERR 17", undefined],
    ["E{code:2}{message}", "E17 out", { code: "17", message: "out" }],
    ["E{code:2}", "E1", undefined],
    ["A={a}\nB={b}", "A=1\nB=2\nC=3", { a: "1", b: "2" }],
    ["<{}:{message}>", "<x:y>", { message: "y" }],
  ];

for (const [template, text, expected] of cases) {
  test(`${JSON.stringify(template)} of ${JSON.stringify(text)}`, () => {
    const values = compiled(template).match(text);
    assert.deepEqual(values && Object.fromEntries(values), expected);
  });
}

test("a template that could not be matched is told", () => {
  assert.match(compileTemplate("{a}{b}x") as string, /needs a length/);
  assert.match(compileTemplate("{a} {a}") as string, /stands twice/);
  assert.match(compileTemplate("{a:3}") as string, /nothing but places/);
});

test("what is written is recognised, with the same values", () => {
  const template = compiled("E{code:3} at {where}: {message}");
  const word = fc.stringMatching(/^[a-z]{1,3}$/);
  fc.assert(
    fc.property(word, word, word, (code, where, message) => {
      const values = new Map(Object.entries({ code, where, message }));
      assert.deepEqual(template.match(template.write(values)), values);
    }),
  );
});

test("matching is quick whatever the text", () => {
  const template = compiled("{a} {b} {c} {d} {e} {f} {g}!");
  assert.equal(template.match(" ".repeat(1_000_000)), undefined);
});
