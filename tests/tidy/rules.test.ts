/** The tidy rules on planted faults: a rule that cannot fail holds nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { dependencyFindings } from "./dependency-rules.ts";
import type { Rule } from "./finding.ts";
import { throughThePlatform } from "./platform-rules.ts";
import { citationFault } from "./rfc-sections.ts";
import { hasAssertions, isNotExclusive, skipsWithReason } from "./test-rules.ts";
import * as rules from "./text-rules.ts";

interface Case {
  readonly rule: Rule;
  readonly name: string;
  readonly path?: string;
  readonly text: string;
  /** What the one finding says; absent: there must be none. */
  readonly finds?: RegExp;
}

const head = "/** A file. */\n";
const wide = "x".repeat(99);

const cases: readonly Case[] = [
  ...["Date.now()", "new Date()", "performance.now()", "setTimeout(f, 1)", "Math.random()"].map(
    (text) => ({
      rule: throughThePlatform,
      name: `${text} is found`,
      text: `${head}const x = ${text};`,
      finds: /^src\/wire\/a\.ts:2: .*: use platform\.\w+$/,
    }),
  ),
  { rule: throughThePlatform, name: "a date of a given time is fine", text: "new Date(nowMs)" },
  { rule: throughThePlatform, name: "Date.now in a comment is fine", text: "// Date.now()" },
  { rule: throughThePlatform, name: "Date.now in a string is fine", text: `"Date.now()"` },
  {
    rule: throughThePlatform,
    name: "the platform may use them",
    path: "src/base/platform.ts",
    text: `import net from "node:net"; Date.now();`,
  },
  {
    rule: throughThePlatform,
    name: "a socket module is found",
    text: `import net, { isIP } from "node:net";`,
    finds: /net of node:net: use platform\.sockets/,
  },
  {
    rule: throughThePlatform,
    name: "types and pure functions of a socket module are fine",
    text: `import type { Socket } from "node:net";\nimport { isIP, type Server } from "node:net";`,
  },
  {
    rule: throughThePlatform,
    name: "files are found",
    text: `import { readFileSync as read } from "node:fs";`,
    finds: /readFileSync of node:fs: use platform\.files/,
  },
  {
    rule: throughThePlatform,
    name: "randomness of crypto is found, hashing is not",
    text: `import { createHash, randomUUID } from "node:crypto";`,
    finds: /randomUUID/,
  },
  {
    rule: throughThePlatform,
    name: "HTTP/2 stands in wire",
    text: `import http2 from "node:http2";`,
  },
  {
    rule: throughThePlatform,
    name: "HTTP/2 stands in wire only",
    path: "src/gateway/a.ts",
    text: `import http2 from "node:http2";`,
    finds: /node:http2/,
  },
  {
    rule: rules.beginsNumbers,
    name: "a number field that is undefined first is found",
    text: `${head}class A {\n  #sinceMs: number;\n}`,
    finds: /^src\/wire\/a\.ts:3: .*sinceMs: number without a value/,
  },
  {
    rule: rules.beginsNumbers,
    name: "a number field with a value, or one that never changes, is fine",
    text: `class A {\n  #sinceMs = 0;\n  readonly #run: number;\n  readonly at: number;\n}`,
  },
  { rule: rules.hasHead, name: "a head of one line is fine", text: head },
  { rule: rules.hasHead, name: "a head behind #! is fine", text: `#!/usr/bin/env node\n// A.\n` },
  { rule: rules.hasHead, name: "no head is found", text: "let a = 1;", finds: /says what/ },
  {
    rule: rules.hasHead,
    name: "a head of five lines is found",
    text: "/**\n * a\n * b\n * c\n * d\n * e\n */",
    finds: /5 lines/,
  },
  { rule: rules.isShort, name: "401 lines are found", text: "a\n".repeat(401), finds: /401 lines/ },
  { rule: rules.isShort, name: "400 lines are fine", text: "a\n".repeat(400) },
  { rule: rules.hasShortLines, name: "a long comment is found", text: `// ${wide}`, finds: /102/ },
  { rule: rules.hasShortLines, name: "a long string is found", text: `"${wide}"`, finds: /101/ },
  {
    rule: rules.hasShortLines,
    name: "a long literal in a test is fine",
    path: "src/wire/a.test.ts",
    text: `  text: "${wide}",`,
  },
  {
    rule: rules.hasShortLines,
    name: "a long comment in a test is found",
    path: "src/wire/a.test.ts",
    text: `// ${wide}`,
    finds: /102/,
  },
  {
    rule: rules.hasShortLines,
    name: "long code in a test is found",
    path: "src/wire/a.test.ts",
    text: `x(${wide});`,
    finds: /103/,
  },
  {
    rule: rules.hasGoodName,
    name: "camelCase is found",
    path: "src/wire/aB.ts",
    text: "",
    finds: /kebab/,
  },
  {
    rule: rules.hasGoodName,
    name: "a vague name is found",
    path: "src/wire/path-utils.ts",
    text: "",
    finds: /does not say/,
  },
  {
    rule: rules.hasGoodName,
    name: "a test's name is fine",
    path: "src/wire/a-b.test.ts",
    text: "",
  },
  { rule: rules.citesWell, name: "a good citation is fine", text: "// RFC 9112 §6.3: a" },
  { rule: rules.citesWell, name: "an RFC alone is fine", text: "// as RFC 9457, and more" },
  { rule: rules.citesWell, name: "the id of a requirement is fine", text: `cites("RFC9112-3.2")` },
  { rule: rules.citesWell, name: "a missing blank is found", text: "// RFC9112", finds: /write/ },
  {
    rule: rules.citesWell,
    name: "the word section is found",
    text: "// RFC 9112 section 6.3",
    finds: /write "RFC 9112 §6\.3"/,
  },
  {
    rule: rules.citesWell,
    name: "no such section",
    text: "// RFC 9112 §6.4",
    finds: /3 subsections/,
  },
  { rule: rules.citesWell, name: "no such RFC", text: "// RFC 9999", finds: /not in the table/ },
  {
    rule: rules.doesNotPrint,
    name: "console is found",
    text: "console.log(1)",
    finds: /console\.log/,
  },
  {
    rule: rules.doesNotPrint,
    name: "the command line prints",
    path: "src/cli/print.ts",
    text: "console.log(1)",
  },
  {
    rule: rules.belongsHere,
    name: "a path of one machine is found",
    text: `"/work/x/y"`,
    finds: /one machine/,
  },
  {
    rule: rules.belongsHere,
    name: "a path of the product is fine",
    text: "src/network/tmp/x /works",
  },
  {
    rule: rules.namesNoDownloadHost,
    name: "a lock file's host is found",
    text: `"resolved": "https://x/y.tgz"`,
    finds: /download host/,
  },
  {
    rule: hasAssertions,
    name: "a test without assertion is found",
    text: `test("a", f)`,
    finds: /nothing/,
  },
  { rule: hasAssertions, name: "no test is found", text: `assert.ok(1)`, finds: /no test/ },
  {
    rule: hasAssertions,
    name: "an assertion is fine",
    text: `test("a", () => assert.equal(1, 1))`,
  },
  { rule: isNotExclusive, name: "only is found", text: `test.only("a", f)`, finds: /only/ },
  {
    rule: skipsWithReason,
    name: "a bare skip is found",
    text: `test.skip("a", f)`,
    finds: /reason/,
  },
  {
    rule: skipsWithReason,
    name: "a skip with a reason is fine",
    text: `test("a", { skip: "b" }, f)`,
  },
];

for (const { rule, name, path = "src/wire/a.ts", text, finds } of cases) {
  test(name, () => {
    const found = rule({ path, text });
    assert.equal(found.length, finds === undefined ? 0 : 1, found.join("\n"));
    if (finds !== undefined) assert.match(found[0] as string, finds);
  });
}

test("sections are checked as deep as the outline goes", () => {
  assert.equal(citationFault("9110", "15.5.22"), undefined);
  assert.match(citationFault("9110", "15.5.23") ?? "", /22 subsections/);
  assert.match(citationFault("9113", "13") ?? "", /its last is 12/);
  assert.equal(citationFault("3986", "3.3"), undefined);
});

test("a dependency without reasons, or a row without a dependency, is found", () => {
  const page = "| `yaml` | reads YAML | 1 MB | ISC | none |\n| `gone` | a | b | c | d |\n";
  assert.deepEqual(dependencyFindings({ dependencies: { yaml: "2.9.1", ajv: "^8.0.0" } }, page), [
    "ajv: has no row",
    "gone: has a row and is no dependency",
    'ajv: "^8.0.0" is no exact version',
  ]);
  const short = "| `yaml` | reads YAML |  | ISC | none |\n";
  assert.equal(dependencyFindings({ dependencies: { yaml: "2.9.1" } }, short).length, 1);
});
