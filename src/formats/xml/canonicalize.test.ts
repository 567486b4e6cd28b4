import assert from "node:assert/strict";
import test from "node:test";
import { DocumentFailure } from "#contract/document-fault.ts";
import { canonicalize, type CanonicalForm } from "./canonicalize.ts";
import { endOfDocument, startTag, XmlTokenizer } from "./tokenizer.ts";

const exclusive: CanonicalForm = { exclusive: true, inclusivePrefixes: [] };
const inclusive: CanonicalForm = { exclusive: false, inclusivePrefixes: [] };

/** The canonical form of the first element of this name. */
function canonicalOf(text: string, form: CanonicalForm, name: string): string {
  const tokenizer = new XmlTokenizer(text);
  while (tokenizer.next() !== endOfDocument) {
    if (tokenizer.token === startTag && tokenizer.name === name) {
      return canonicalize(tokenizer, form);
    }
  }
  throw new Error(`there is no <${name}>`);
}

const cases: readonly (readonly [string, CanonicalForm, string, string])[] = [
  // Canonical XML 1.0 §3.3 and Exclusive XML Canonicalization 1.0 §2.2, in short.
  [
    "attributes are ordered by namespace and name, declarations come first",
    inclusive,
    `<a b:z="1" z="2" a="3" xmlns:b="urn:b" xmlns:a="urn:z" a:z="4" xmlns="urn:d"/>`,
    `<a xmlns="urn:d" xmlns:a="urn:z" xmlns:b="urn:b" a="3" z="2" b:z="1" a:z="4"></a>`,
  ],
  [
    "superfluous declarations are left out",
    inclusive,
    `<a xmlns="urn:d" xmlns:b="urn:b"><c xmlns="urn:d" xmlns:b="urn:b"/><d xmlns=""/></a>`,
    `<a xmlns="urn:d" xmlns:b="urn:b"><c></c><d xmlns=""></d></a>`,
  ],
  [
    "the exclusive form declares what is used, where it is used",
    exclusive,
    `<o xmlns="urn:d" xmlns:b="urn:b" xmlns:c="urn:c"><a><b:x c:y="1"/><b:x/></a></o>`,
    `<a xmlns="urn:d"><b:x xmlns:b="urn:b" xmlns:c="urn:c" c:y="1"></b:x><b:x xmlns:b="urn:b"></b:x></a>`,
  ],
  [
    "listed prefixes are declared as in the inclusive form",
    { exclusive: true, inclusivePrefixes: ["b", "", "absent"] },
    `<o xmlns="urn:d" xmlns:b="urn:b" xmlns:c="urn:c"><c:a><x/><y xmlns:b="urn:e"/></c:a></o>`,
    `<c:a xmlns="urn:d" xmlns:b="urn:b" xmlns:c="urn:c"><x></x><y xmlns:b="urn:e"></y></c:a>`,
  ],
  [
    "the default namespace is undeclared where an element is in none",
    exclusive,
    `<a xmlns="urn:d"><b xmlns=""><c xmlns="urn:d"/></b></a>`,
    `<a xmlns="urn:d"><b xmlns=""><c xmlns="urn:d"></c></b></a>`,
  ],
  [
    "texts are escaped anew, comments and CDATA sections are gone",
    exclusive,
    `<a b='"&#9;&#10;&#13;&lt;>'>1<!-- c -->2<![CDATA[<&>]]>&#13;\r\n\t&quot;</a>`,
    `<a b="&quot;&#x9;&#xA;&#xD;&lt;>">12&lt;&amp;&gt;&#xD;\n\t"</a>`,
  ],
  [
    "characters beyond U+FFFF come behind those below",
    exclusive,
    `<a \u{10000}="1" \ufa0e="2"/>`,
    `<a \ufa0e="2" \u{10000}="1"></a>`,
  ],
  [
    "attributes of xml: need no declaration",
    exclusive,
    `<a xml:lang="en" b="1"/>`,
    `<a b="1" xml:lang="en"></a>`,
  ],
];
for (const [name, form, text, expected] of cases) {
  test(name, () => {
    assert.equal(canonicalOf(text, form, "a"), expected);
    const again = canonicalOf(expected, form, "a");
    assert.equal(again, expected, "the canonical form of the canonical form is itself");
  });
}

test("processing instructions and what grows out of bounds are refused", () => {
  const fails = (run: () => unknown, pattern: RegExp): void => {
    assert.throws(run, (error) => error instanceof DocumentFailure && pattern.test(error.message));
  };
  fails(() => canonicalOf("<a>x<!-- --><?p i?></a>", exclusive, "a"), /processing instruction/);
  fails(() => canonicalOf(`<o xml:lang="en"><a/></o>`, inclusive, "a"), /attributes of xml:/);
  assert.equal(canonicalOf(`<o xml:lang="en"><a/></o>`, exclusive, "a"), "<a></a>");
  const uri = `urn:${"x".repeat(1_000)}`;
  const many = `<o xmlns:b="${uri}"><a>${"<b:c/>".repeat(100)}</a></o>`;
  const tokenizer = new XmlTokenizer(many);
  tokenizer.next();
  tokenizer.next();
  fails(() => canonicalize(tokenizer, exclusive, 50_000), /canonical form is longer than 50000/);
});
