/** SOAP encoding's `href="#id"`: the element elsewhere in the document that a value stands in. */
import type { ElementReader } from "./read-context.ts";
import { endOfDocument, startTag, XmlTokenizer, type VisitTarget } from "./tokenizer.ts";

interface References {
  readonly targets: ReadonlyMap<string, VisitTarget>;
  readonly active: Set<string>;
  count: number;
  /** Characters that were read through references. */
  characters: number;
}

const referencesByTokenizer = new WeakMap<XmlTokenizer, References>();

/** Reads the element itself, or the one that it refers to. */
export function followReferences(read: ElementReader): ElementReader {
  return (tokenizer) => {
    const { attributes } = tokenizer;
    const index = attributes.count === 0 ? -1 : attributes.find("href", "");
    return index < 0 ? read(tokenizer) : follow(tokenizer, attributes.value(index), read);
  };
}

function follow(tokenizer: XmlTokenizer, href: string, read: ElementReader) {
  const references = referencesOf(tokenizer);
  const id = href.slice(1);
  const target = href.startsWith("#") ? references.targets.get(id) : undefined;
  if (target === undefined) {
    const found = JSON.stringify(href.slice(0, 60));
    tokenizer.fail("unknown-reference", `expected #id of an element in here, found ${found}`);
  }
  if (references.active.has(id)) {
    tokenizer.fail("circular-reference", `the reference ${href.slice(0, 60)} leads back to itself`);
  }
  references.count += 1;
  const { referencesMax, documentBytesMax } = tokenizer.limits;
  if (references.count > referencesMax) {
    tokenizer.failLimit(`more than ${referencesMax} references`, "referencesMax");
  }
  references.active.add(id);
  const value = tokenizer.visit(target, () => {
    const result = read(tokenizer);
    references.characters += tokenizer.position - target.offset;
    return result;
  });
  references.active.delete(id);
  if (references.characters > documentBytesMax) {
    tokenizer.failLimit("references make the document too large", "documentBytesMax");
  }
  if (tokenizer.readText().trim() !== "") {
    tokenizer.failClosed("unexpected-text", "an element with href has no content");
  }
  return value;
}

function referencesOf(tokenizer: XmlTokenizer): References {
  const known = referencesByTokenizer.get(tokenizer);
  if (known !== undefined) return known;
  const references = {
    targets: findTargets(tokenizer),
    active: new Set<string>(),
    count: 0,
    characters: 0,
  };
  referencesByTokenizer.set(tokenizer, references);
  return references;
}

/** All elements with an id. Reads the whole document once, under the same limits. */
function findTargets({ source, limits }: XmlTokenizer): ReadonlyMap<string, VisitTarget> {
  const targets = new Map<string, VisitTarget>();
  const scan = new XmlTokenizer(source, limits);
  for (let token = scan.next(); token !== endOfDocument; token = scan.next()) {
    if (token !== startTag || scan.attributes.count === 0) continue;
    const index = scan.attributes.find("id", "");
    if (index < 0) continue;
    const id = scan.attributes.value(index);
    if (targets.has(id)) scan.fail("duplicate-id", `the id ${JSON.stringify(id)} stands twice`);
    if (targets.size >= limits.referencesMax) {
      scan.failLimit(`more than ${limits.referencesMax} elements with an id`, "referencesMax");
    }
    targets.set(id, { offset: scan.tagStart, scope: scan.outerScope() });
  }
  return targets;
}
