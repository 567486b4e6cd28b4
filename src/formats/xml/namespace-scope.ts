/** Prefixes in scope while a document is read: a stack of declarations, innermost last. */

export const xmlNamespace = "http://www.w3.org/XML/1998/namespace";
const xmlnsNamespace = "http://www.w3.org/2000/xmlns/";
export const schemaInstanceNamespace = "http://www.w3.org/2001/XMLSchema-instance";

export interface NamespaceScope {
  readonly prefixes: string[];
  readonly uris: string[];
}

export function createScope(): NamespaceScope {
  return { prefixes: ["", "xml"], uris: ["", xmlNamespace] };
}

/** What is wrong with a declaration, or undefined when it now holds (Namespaces in XML §3, §5). */
export function declare(scope: NamespaceScope, prefix: string, uri: string): string | undefined {
  if (prefix === "xmlns") return "the prefix xmlns may not be declared";
  if ((prefix === "xml") !== (uri === xmlNamespace)) {
    return `xml and ${xmlNamespace} belong to each other alone`;
  }
  if (uri === xmlnsNamespace) return `no prefix may stand for ${xmlnsNamespace}`;
  if (uri === "" && prefix !== "") return `the prefix ${prefix} needs a namespace, not ""`;
  scope.prefixes.push(prefix);
  scope.uris.push(uri);
  return undefined;
}

/** Forgets all but the first `count` declarations. */
export function leaveScope(scope: NamespaceScope, count: number): void {
  while (scope.prefixes.length > count) {
    scope.prefixes.pop();
    scope.uris.pop();
  }
}

/** Namespace of the prefix that stands in `source` from `start` to `end`. */
export function lookUp(
  scope: NamespaceScope,
  source: string,
  start: number,
  end: number,
): string | undefined {
  const { prefixes, uris } = scope;
  const length = end - start;
  for (let index = prefixes.length - 1; index >= 0; index -= 1) {
    const prefix = prefixes[index] as string;
    if (prefix.length === length && source.startsWith(prefix, start)) return uris[index];
  }
  return undefined;
}

/** Prefixes with their namespaces, as they hold here; the default namespace under "". */
export function prefixesInScope(scope: NamespaceScope): Map<string, string> {
  const found = new Map<string, string>();
  for (let index = 0; index < scope.prefixes.length; index += 1) {
    found.set(scope.prefixes[index] as string, scope.uris[index] as string);
  }
  return found;
}
