import assert from "node:assert/strict";
import test from "node:test";
import { parseHttpTemplate } from "./http-template.ts";

const good: readonly (readonly [string, string, readonly string[]])[] = [
  ["/v1/topics", "/v1/topics", []],
  ["/v1/topics:list", "/v1/topics:list", []],
  ["/v1/topics/", "/v1/topics/", []],
  ["/v1/{id}", "/v1/{id}", ["id"]],
  ["/v1/{id=*}/x", "/v1/{id}/x", ["id"]],
  ["/v1/{book.name}", "/v1/{book.name}", ["book.name"]],
  ["/v1/{name=projects/*}", "/v1/{name=projects/*}", ["name projects/*"]],
  ["/v1/{name=shelves/*/books/*}", "/v1/{name=shelves/*/books/*}", ["name shelves/*/books/*"]],
  ["/v1/{name=*/books/*}", "/v1/{name=*/books/*}", ["name */books/*"]],
  ["/v1/{name=operations}", "/v1/{name=operations}", ["name operations"]],
  ["/{path=**}", "/{path=**}", ["path **"]],
  ["/v1/{path=files/**}", "/v1/{path=files/**}", ["path files/**"]],
  ["/v1/{path=files/*/**}:read", "/v1/{path=files/*/**}:read", ["path files/*/**"]],
  ["/v1/{id}:move", "/v1/{id}:move", ["id"]],
  ["/v1/{id}:custom:custom", "/v1/{id}:custom:custom", ["id"]],
  ["/v1/{a=x/*}/{b.c=y/*}:z", "/v1/{a=x/*}/{b.c=y/*}:z", ["a x/*", "b.c y/*"]],
];

for (const [text, path, variables] of good) {
  test(`${text} is a path`, () => {
    const read = parseHttpTemplate(text);
    assert.ok("path" in read, JSON.stringify(read));
    const told = read.variables.map(({ name, pattern }) =>
      pattern === undefined ? name : `${name} ${pattern.join("/")}`,
    );
    assert.deepEqual([read.path, told], [path, variables]);
  });
}

const bad: readonly (readonly [string, RegExp])[] = [
  ["v1/{id}", /expected one that begins with `\/`/],
  ["", /expected one that begins with `\/`/],
  ["/v1/{id", /the `\{` at character 5 is not closed/],
  ["/v1/id}", /the `\}` at character 7 closes nothing/],
  ["/v1/{a{b}}", /the `\{` at character 7 stands within another/],
  ["/v1/{}", /`\{\}` names no field/],
  ["/v1/{a..b}", /`\{a\.\.b\}` names no field/],
  ["/v1/{=x}", /names no field/],
  ["/v1/{a=}", /empty segment/],
  ["/v1//x", /empty segment/],
  ["/v1/{a}:", /empty segment, variable pattern or verb/],
  ["/v1/{a=x//y}", /empty segment/],
  ["/v1/{a=**}/x", /`\*\*` in \{a=\*\*\} is not last/],
  ["/v1/{a=**/x}", /`\*\*` in \{a=\*\*\/x\} is not last/],
  ["/v1/{a=x*}", /`x\*` cannot be a segment of a path; `\*` must be a whole segment/],
  ["/v1/x{a}", /a variable must be a whole segment/],
  ["/v1/{a}-{b}", /a variable must be a whole segment/],
  ["/v1/{a}:b/c", /a verb can only stand at the end/],
  ["/v1/{a}/{a}", /\{a\} stands in its path twice/],
  ["/v1/{a=../x}", /`\.\.` is no segment of a path/],
  ["/v1/./x", /`\.` is no segment/],
  ["/v1/%2e%2e/x", /cannot be a segment/],
  ["/v1/a%2fb", /cannot be a segment/],
  ["/v1/a?b", /`a\?b` cannot be a segment of a path/],
  ["/v1/a b", /cannot be a segment/],
];

for (const [text, reason] of bad) {
  test(`${JSON.stringify(text)} is no path by the grammar, and the reason is told`, () => {
    const read = parseHttpTemplate(text);
    assert.ok("reason" in read, JSON.stringify(read));
    assert.match(read.reason, reason);
    assert.equal(read.isWrong, true);
  });
}

test("what stands for `*` outside of a variable has no field, so that it has no place here", () => {
  for (const text of ["/v1/*/x", "/v1/**"]) {
    const read = parseHttpTemplate(text);
    assert.ok("reason" in read);
    assert.match(read.reason, /outside of a variable has no field/);
    assert.equal(read.isWrong, false);
  }
});
