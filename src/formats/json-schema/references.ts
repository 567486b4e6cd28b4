/**
 * Where a `$ref` leads: JSON Pointers (RFC 6901), anchors, identifiers, in this document or in
 * another one. Kept as names by those who ask; nothing is copied in.
 */
import type { Documents } from "./documents.ts";
import { child, itemsOf, textAt, type LoadedDocument, type Located } from "./located.ts";

const followedMax = 200_000;
/** References that lead to references. */
const chainMax = 100;

export interface Target extends Located {
  /** The last word of the reference that means something: `Pet` of `#/definitions/Pet`. */
  readonly word: string;
}

export interface References {
  /** Undefined: it leads nowhere, and the message of `whyNot` says why. */
  readonly follow: (reference: string, from: LoadedDocument) => Target | undefined;
  /** The end of a chain of references; the value itself when it is none. */
  readonly resolve: (value: Located) => Located | undefined;
  readonly whyNot: (reference: string) => string;
}

export function referenceOf(value: Located): string | undefined {
  return textAt(value, "$ref") ?? textAt(value, "$dynamicRef") ?? textAt(value, "$recursiveRef");
}

export function createReferences(documents: Documents): References {
  const known = new Map<LoadedDocument, Map<string, Target | undefined>>();
  let followed = 0;

  function follow(reference: string, from: LoadedDocument, depth = 0): Target | undefined {
    if (depth > chainMax) return undefined;
    let targets = known.get(from);
    if (targets === undefined) known.set(from, (targets = new Map<string, Target | undefined>()));
    if (targets.has(reference)) return targets.get(reference);
    // Known ones cost nothing; a document of many different ones is what has to end.
    if (++followed > followedMax) return undefined;
    targets.set(reference, undefined);
    const target = find(reference, from, depth);
    targets.set(reference, target);
    return target;
  }

  function find(reference: string, from: LoadedDocument, depth: number): Target | undefined {
    const hash = reference.indexOf("#");
    const file = hash < 0 ? reference : reference.slice(0, hash);
    const fragment = hash < 0 ? "" : decode(reference.slice(hash + 1));
    const named = file === "" ? undefined : documents.anchor(from, file);
    const document = file === "" || named !== undefined ? from : documents.load(file, from);
    if (document === undefined) return undefined;
    const start: Located = named ?? { node: document.root, document };
    if (fragment === "") return { ...start, word: fileWord(file) };
    if (!fragment.startsWith("/")) {
      const anchored = documents.anchor(document, `#${fragment}`);
      return anchored && { ...anchored, word: fragment };
    }
    const steps = fragment.slice(1).split("/").map(unescapeStep);
    let at: Located | undefined = start;
    for (const step of steps) {
      at &&= stepInto(at, step, depth);
      if (at === undefined) return undefined;
    }
    return at && { ...at, word: steps.findLast((step) => !/^\d*$/.test(step)) ?? "value" };
  }

  /** A pointer may lead through what is itself a reference. */
  function stepInto(at: Located, step: string, depth: number): Located | undefined {
    const own = child(at, step) ?? itemsOf(at)[/^\d+$/.test(step) ? Number(step) : -1];
    if (own !== undefined) return own;
    const reference = referenceOf(at);
    if (reference === undefined) return undefined;
    const target = follow(reference, at.document, depth + 1);
    return target && stepInto(target, step, depth + 1);
  }

  function resolve(value: Located): Located | undefined {
    let at: Located | undefined = value;
    for (let count = 0; count < chainMax; count++) {
      const reference = referenceOf(at);
      if (reference === undefined) return at;
      at = follow(reference, at.document);
      if (at === undefined) return undefined;
    }
    return undefined;
  }

  function whyNot(reference: string): string {
    if (followed > followedMax) return `more than ${followedMax} references were followed`;
    const where = reference.startsWith("#") ? "in this document" : "where it points";
    return `nothing stands ${where}, or it leads back to itself`;
  }

  return { follow: (reference, from) => follow(reference, from), resolve, whyNot };
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

/** RFC 6901 §4: `~1` first, so that `~01` becomes `~1`. */
function unescapeStep(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}

function fileWord(file: string): string {
  const last = file.split(/[/\\:]/).at(-1) ?? "";
  return last.replace(/\.(json|ya?ml)$/i, "") || "Document";
}
