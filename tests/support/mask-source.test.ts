/** The masking that the tests of the project's own text stand on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { maskSource } from "./mask-source.ts";

const cases: readonly { name: string; text: string; uncommented: string; code: string }[] = [
  {
    name: "a line comment goes, the code before it stays",
    text: "a(); // Date.now\nb();",
    uncommented: "a();            \nb();",
    code: "a();            \nb();",
  },
  {
    name: "a string keeps its quotes only, escapes included",
    text: String.raw`x("it\"s // no comment")`,
    uncommented: String.raw`x("it\"s // no comment")`,
    code: `x("                   ")`,
  },
  {
    name: "code inside a template stays",
    text: "`a ${f({ b: `c` })} d`",
    uncommented: "`a ${f({ b: `c` })} d`",
    code: "`  ${f({ b: ` ` })}  `",
  },
  {
    name: "a regular expression is no comment and no division",
    text: "s.replace(/[/*]x/g, 1 / 2 / 3)",
    uncommented: "s.replace(/[/*]x/g, 1 / 2 / 3)",
    code: "s.replace(/     /g, 1 / 2 / 3)",
  },
  {
    name: "a block comment keeps its lines",
    text: "/* a\n b */ c",
    uncommented: "    \n      c",
    code: "    \n      c",
  },
];

for (const { name, text, uncommented, code } of cases) {
  test(name, () => {
    assert.deepEqual(maskSource(text), { uncommented, code });
  });
}
