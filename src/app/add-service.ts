/**
 * One more service in the text of a configuration: a block is put behind the last service, so that
 * every comment, blank and quote of the file stays as it is.
 */
import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, parseDocument, stringify, type YAMLMap } from "yaml";

export interface ServiceEntry {
  /** Relative to the configuration. */
  readonly contract: string;
  readonly instances: readonly string[];
}

/** "exists": there is such a service; "unusable": no map of services can be made of the text. */
export type Added =
  | { readonly kind: "added"; readonly text: string }
  | { readonly kind: "exists" }
  | { readonly kind: "unusable" };

export function addService(text: string, name: string, entry: ServiceEntry): Added {
  const document = parseDocument(text, { keepSourceTokens: true });
  if (document.errors.length > 0 || !isMap(document.contents)) return { kind: "unusable" };
  const services: unknown = document.contents.get("services", true);
  const hasNone = services === undefined || isNull(services);
  if (!hasNone && !isMap(services)) return { kind: "unusable" };
  if (isMap(services) && services.has(name)) return { kind: "exists" };
  const wanted = parseDocument(text);
  if (hasNone) wanted.set("services", wanted.createNode({ [name]: entry }));
  else wanted.setIn(["services", name], wanted.createNode(entry));
  const expected: unknown = wanted.toJS();
  const spliced = isMap(services) ? splice(text, services, name, entry) : undefined;
  if (spliced !== undefined && isDeepStrictEqual(parseDocument(spliced).toJS(), expected)) {
    return { kind: "added", text: spliced };
  }
  return { kind: "added", text: rewritten(wanted) };
}

/** Behind the last entry of a block map, indented like it; undefined: not such a map. */
function splice(
  text: string,
  services: YAMLMap,
  name: string,
  entry: ServiceEntry,
): string | undefined {
  const [first] = services.items;
  const last = services.items.at(-1);
  if (services.flow === true || first === undefined || last === undefined) return undefined;
  const start = rangeOf(first.key)?.[0];
  const end = (rangeOf(last.value) ?? rangeOf(last.key))?.[1];
  if (start === undefined || end === undefined) return undefined;
  const indent = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  if (!/^ *$/.test(indent)) return undefined;
  // The value may end with the line break behind it, or before a comment.
  const from = text[end - 1] === "\n" ? end - 1 : end;
  const lineEnd = text.indexOf("\n", from);
  const before = lineEnd < 0 ? `${text}\n` : text.slice(0, lineEnd + 1);
  const eol = before.endsWith("\r\n") ? "\r\n" : "\n";
  const block = stringifyEntry(name, entry)
    .split("\n")
    .map((line) => (line === "" ? "" : indent + line))
    .join(eol);
  const isAiry = /\n\r?\n/.test(text.slice(start, end)) && services.items.length > 1;
  return before + (isAiry ? eol : "") + block + (lineEnd < 0 ? "" : text.slice(lineEnd + 1));
}

function stringifyEntry(name: string, entry: ServiceEntry): string {
  const instances = JSON.stringify(entry.instances).replaceAll('","', '", "');
  const contract = stringify(entry.contract, { lineWidth: 0 }).trimEnd();
  return `${name}:\n  contract: ${contract}\n  instances: ${instances}\n`;
}

/** When there is no block to stand behind: comments are kept, blanks may not be. */
function rewritten(document: Document): string {
  const services: unknown = document.get("services", true);
  if (isMap(services)) services.flow = false;
  return document.toString({ lineWidth: 0 });
}

function rangeOf(node: unknown): readonly [number, number, number] | undefined {
  const { range } = (node ?? {}) as { range?: [number, number, number] | null };
  return range ?? undefined;
}

function isNull(node: unknown): boolean {
  return typeof node === "object" && node !== null && "value" in node && node.value === null;
}
