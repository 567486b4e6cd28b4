/**
 * Where fetched documents go beside the configuration, so that their references hold without the
 * host: the layout of the URLs is kept, and what cannot be a file name is rewritten.
 */
import { posix } from "node:path";
import type { FetchedContract } from "./fetch-contract.ts";

export interface PlacedDocuments {
  /** Relative to the configuration's folder, with slashes. */
  readonly contract: string;
  /** By the same kind of path. */
  readonly files: ReadonlyMap<string, string>;
}

const folder = "contracts";

export function placeDocuments(
  name: string,
  { url, documents, references }: Pick<FetchedContract, "url" | "documents" | "references">,
): PlacedDocuments {
  const text = documents.get(url) ?? "";
  const rootName = name + extensionOf(url, text);
  if (references.every(({ target }) => !documents.has(target))) {
    const contract = `${folder}/${rootName}`;
    return { contract, files: new Map([[contract, text]]) };
  }
  const paths = new Map<string, string>();
  const taken = new Set<string>();
  const common = commonFolder([...documents.keys()].map((one) => new URL(one).pathname));
  for (const [one, content] of documents) {
    const path = one === url ? rootName : pathOf(new URL(one), common, content);
    let free = path;
    for (let count = 2; taken.has(free); count++) free = path.replace(/(\.[^.]*)$/, `-${count}$1`);
    taken.add(free);
    paths.set(one, `${folder}/${name}/${free}`);
  }
  const files = new Map<string, string>();
  for (const [one, content] of documents) {
    const path = paths.get(one) ?? "";
    let rewritten = content;
    for (const { reference, from, target } of references) {
      const to = paths.get(target);
      if (from !== one || to === undefined) continue;
      if (posix.resolve("/", posix.dirname(path), reference) === `/${to}`) continue;
      rewritten = rewriteReference(rewritten, reference, posix.relative(posix.dirname(path), to));
    }
    files.set(path, rewritten);
  }
  return { contract: `${folder}/${name}/${rootName}`, files };
}

/** In quotes, as attributes of XML and strings of JSON are; of YAML, also without. */
function rewriteReference(text: string, reference: string, to: string): string {
  const written = [reference, reference.replaceAll("&", "&amp;")];
  const isXml = /^\uFEFF?\s*</.test(text);
  let rewritten = text;
  for (const one of new Set(written)) {
    const exactly = one.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    // A namespace may read like the place of its schema, and stays as it is.
    const places = isXml
      ? [`(\\b(?:schemaL|l)ocation\\s*=\\s*["'])${exactly}(?=["'#])`]
      : [`(["'])${exactly}(?=\\1|#)`, `(\\$ref:[ \\t]+)${exactly}(?=[\\s#,}\\]]|$)`];
    for (const place of places) {
      rewritten = rewritten.replaceAll(new RegExp(place, "g"), (_all, before: string) => {
        return before + to;
      });
    }
  }
  return rewritten;
}

function commonFolder(pathnames: readonly string[]): string {
  const [first = "/", ...others] = pathnames.map((path) =>
    path.slice(0, path.lastIndexOf("/") + 1),
  );
  let common = first;
  while (!others.every((other) => other.startsWith(common))) {
    common = common.slice(0, common.lastIndexOf("/", common.length - 2) + 1);
  }
  return common;
}

/** Names that every file system takes; never out of the folder, as URLs hold no `..` any more. */
function pathOf({ pathname, search }: URL, common: string, text: string): string {
  const plain = pathname.slice(common.length).replaceAll(/[^A-Za-z0-9._/-]/g, "-");
  const query = search.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replaceAll(/-$/g, "");
  const whole = (plain === "" ? "document" : plain) + query;
  return /\.(?:xsd|wsdl|xml|ya?ml|json|graphqls?|gql|proto)$/i.test(whole)
    ? whole
    : whole + extensionOf("", text);
}

function extensionOf(url: string, text: string): string {
  const start = text.replace(/^\uFEFF/, "").trimStart();
  if (start.startsWith("<")) return /<(?:\w+:)?definitions[\s/>]/.test(start) ? ".wsdl" : ".xsd";
  if (start.startsWith("{")) return ".json";
  const isSchema = /^(?:schema|(?:type|interface|input)[ \t]+\w+)[^:\n]*\{/m.test(start);
  if (isSchema || /\.(?:graphqls?|gql)(?:$|\?)/i.test(url)) return ".graphql";
  if (/\.proto(?:$|\?)/i.test(url)) return ".proto";
  return /\.yml(?:$|\?)/i.test(url) ? ".yml" : ".yaml";
}
