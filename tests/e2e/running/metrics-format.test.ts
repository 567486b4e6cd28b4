/** The checker of metrics on planted faults: one that cannot fail checks nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readMetrics } from "./metrics-format.ts";

const head = "# HELP a_total A.\n# TYPE a_total counter\n";

test("a well-formed text is read", () => {
  assert.deepEqual(readMetrics(`${head}a_total{b="c\\"d"} 3\n`), [
    { name: "a_total", labels: { b: 'c\\"d' }, value: 3 },
  ]);
});

for (const { name, text } of [
  { name: "a sample without HELP", text: "a_total 1\n" },
  { name: "a counter that is not called _total", text: "# HELP a A.\n# TYPE a counter\na 1\n" },
  { name: "a series twice", text: `${head}a_total 1\na_total 2\n` },
  { name: "a label that does not end", text: `${head}a_total{b="c} 1\n` },
  { name: "a value that is none", text: `${head}a_total x\n` },
  { name: "a last line without end", text: `${head}a_total 1` },
  {
    name: "buckets that shrink",
    text: `# HELP h H.\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_count 1\n`,
  },
]) {
  test(`${name} is found`, () => {
    assert.throws(() => readMetrics(text));
  });
}
