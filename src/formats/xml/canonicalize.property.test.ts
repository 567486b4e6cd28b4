/** Canonical forms of awkward documents as libxml2 writes them, by xmllint and by lxml. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import fc from "fast-check";
import { lacksPythonModule, pythonWith } from "#tests/support/python.ts";
import { lacks } from "#tests/support/tools.ts";
import { canonicalize, type CanonicalForm } from "./canonicalize.ts";
import { XmlTokenizer } from "./tokenizer.ts";

const prefixes = ["", "a", "b", "c", "d"] as const;
// Without & and the like: libxml2 does not escape in namespaces, which Canonical XML §2.3 demands.
const uris = ["urn:1", "urn:2", "urn:a'b", "http://example.org/%C3%A9?a=1", "urn:b"];
const names = ["x", "y", "z-1", "é", "\ufa0e", "\u{10000}"];
const texts = ["t", " ", "\n", "\r\n", "\t", "&#13;", "&lt;", "&gt;", "&amp;", '"', "'", "é"];
const wide = ["\u{1f600}", "]] >", "&#x9;", "&#xA;"];

interface Node {
  readonly declared: readonly (readonly [string, string])[];
  readonly prefix: number;
  readonly name: string;
  readonly attributes: readonly (readonly [number, string, string])[];
  readonly children: readonly (Node | string)[];
}

const { node } = fc.letrec<{ node: Node; text: string }>((tie) => ({
  text: fc.oneof(
    fc.array(fc.constantFrom(...texts, ...wide), { maxLength: 4 }).map((all) => all.join("")),
    fc.constantFrom("<![CDATA[<&>]]>", "<![CDATA[\r\n]] >]]>"),
  ),
  node: fc.record({
    declared: fc.uniqueArray(fc.tuple(fc.constantFrom(...prefixes), fc.constantFrom(...uris, "")), {
      selector: ([prefix]) => prefix,
      maxLength: 3,
    }),
    prefix: fc.nat(4),
    name: fc.constantFrom(...names),
    attributes: fc.array(
      fc.tuple(
        fc.nat(4),
        fc.constantFrom(...names),
        fc
          .array(fc.constantFrom(...texts, ...wide), { maxLength: 3 })
          .map((all) => all.join("").replaceAll('"', "&quot;")),
      ),
      { maxLength: 4 },
    ),
    children: fc.array(fc.oneof({ maxDepth: 4 }, tie("text"), tie("node")), { maxLength: 4 }),
  }),
}));

/** Prefixes that are not in scope become none; doubled attributes are left out. */
function print(one: Node | string, outer: ReadonlyMap<string, string>): string {
  if (typeof one === "string") return one;
  const declared = one.declared.filter(([prefix, uri]) => prefix === "" || uri !== "");
  const scope = new Map([...outer, ...declared]);
  const usable = [...scope.keys()].filter((prefix) => prefix !== "").toSorted();
  const pick = (index: number): string => usable[index - 1] ?? "";
  const qualify = (prefix: string, name: string) => (prefix === "" ? name : `${prefix}:${name}`);
  const seen = new Set<string>();
  let tag = qualify(pick(one.prefix), one.name);
  const written = declared.map(
    ([prefix, uri]) => ` xmlns${prefix === "" ? "" : `:${prefix}`}="${uri}"`,
  );
  for (const [index, name, value] of one.attributes) {
    const prefix = pick(index);
    const key = `${prefix === "" ? "" : scope.get(prefix)} ${name}`;
    if (seen.has(key)) continue;
    seen.add(key);
    written.unshift(` ${qualify(prefix, name)}="${value}"`);
  }
  const content = one.children.map((child) => print(child, scope)).join("");
  const name = tag;
  tag += written.join("");
  return content === "" ? `<${tag}/>` : `<${tag}>${content}</${name}>`;
}

function canonicalOf(text: string, form: CanonicalForm): string {
  const tokenizer = new XmlTokenizer(text);
  tokenizer.next();
  return canonicalize(tokenizer, form);
}

const documents = fc.sample(
  node.map((one) => print(one, new Map())),
  { numRuns: 400, seed: 20_261_125 },
);
documents.push(...fc.sample(node, 200).map((one) => print(one, new Map())));

function inFiles<T>(run: (files: readonly string[]) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "parlance-c14n-"));
  try {
    const files = documents.map((text, index) => {
      const file = join(folder, `${index}.xml`);
      writeFileSync(file, text);
      return file;
    });
    return run(files);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const [option, exclusive] of [
  ["--exc-c14n", true],
  ["--c14n", false],
] as const) {
  test(`xmllint ${option} writes the same`, { skip: lacks("xmllint") }, () => {
    inFiles((files) => {
      const form = { exclusive, inclusivePrefixes: [] };
      for (let from = 0; from < files.length; from += 100) {
        const batch = files.slice(from, from + 100);
        const told = execFileSync("xmllint", [option, ...batch], { encoding: "utf8" });
        const ours = documents.slice(from, from + 100).map((text) => canonicalOf(text, form));
        if (told === ours.join("")) continue;
        for (const [index, file] of batch.entries()) {
          const single = execFileSync("xmllint", [option, file], { encoding: "utf8" });
          assert.equal(ours[index], single, documents[from + index] ?? "");
        }
        assert.fail("the batch differs, and none of its documents does");
      }
    });
  });
}

const script = `
import json, sys
from lxml import etree
lists = json.loads(sys.argv[1])
found = []
for index, name in enumerate(sys.argv[2:]):
    root = etree.parse(name)
    listed = lists[index % len(lists)]
    kept = etree.tostring(root, method="c14n", exclusive=True, with_comments=False,
                          inclusive_ns_prefixes=listed)
    found.append(kept.decode())
print(json.dumps(found))
`;

test("lxml writes the same with listed prefixes", { skip: lacksPythonModule("lxml") }, () => {
  // Not #default: lxml passes on such prefixes only that occur in the document.
  const lists = [["a"], ["b", "c"], ["a", "b", "c", "d"], ["absent"]];
  inFiles((files) => {
    const python = pythonWith("lxml") ?? "python3";
    const told = execFileSync(python, ["-c", script, JSON.stringify(lists), ...files], {
      encoding: "utf8",
      maxBuffer: 64 * 1024 ** 2,
    });
    const theirs = JSON.parse(told) as readonly string[];
    for (const [index, text] of documents.entries()) {
      const inclusivePrefixes = lists[index % lists.length] as readonly string[];
      assert.equal(canonicalOf(text, { exclusive: true, inclusivePrefixes }), theirs[index], text);
    }
  });
});
