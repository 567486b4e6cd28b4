/** Tests of the element at hand against names, and against namespaces of wildcards. */
import type { QualifiedName } from "#contract/contract.ts";
import type { XmlTokenizer } from "./tokenizer.ts";

export type NameTest = (tokenizer: XmlTokenizer) => boolean;

/** Up to so many names are tried one by one. */
const triedMax = 6;

export function matchNames(names: readonly QualifiedName[]): NameTest {
  const [first] = names;
  if (first === undefined) return () => false;
  if (names.length === 1) {
    const { name, namespace } = first;
    return (tokenizer) => tokenizer.isNamed(name, namespace);
  }
  if (names.length <= triedMax) {
    return (tokenizer) => {
      for (const { name, namespace } of names) if (tokenizer.isNamed(name, namespace)) return true;
      return false;
    };
  }
  const byName = new Map<string, Set<string>>();
  for (const { name, namespace } of names) {
    const namespaces = byName.get(name) ?? new Set();
    byName.set(name, namespaces.add(namespace));
  }
  return (tokenizer) => byName.get(tokenizer.name)?.has(tokenizer.namespace) === true;
}

/** The wildcard of an XmlBinding: `##any`, `##other URI`, or namespaces and `##local`. */
export function wildcardTakes(wildcard: string): (namespace: string) => boolean {
  const [first = "", ...rest] = wildcard.split(" ").filter((word) => word !== "");
  if (first === "" || first === "##any") return () => true;
  if (first === "##other") {
    const own = rest[0] ?? "";
    return (namespace) => namespace !== own && namespace !== "";
  }
  const taken = new Set([first, ...rest].map((word) => (word === "##local" ? "" : word)));
  return (namespace) => taken.has(namespace);
}

/** `<a>, <b> or <c>`; names that only differ in their namespace from `than` say theirs. */
export function listNames(names: readonly QualifiedName[], than?: QualifiedName): string {
  const shownMax = 8;
  const shown = names.slice(0, shownMax).map((one) => {
    const alike = than?.name === one.name && than.namespace !== one.namespace;
    return alike ? `<${one.name}> in ${namespaceText(one.namespace)}` : `<${one.name}>`;
  });
  if (names.length > shownMax) shown.push("...");
  const last = shown.pop() ?? "nothing";
  return shown.length === 0 ? last : `${shown.join(", ")} or ${last}`;
}

export function namespaceText(namespace: string): string {
  return namespace === "" ? "no namespace" : `namespace ${namespace}`;
}
