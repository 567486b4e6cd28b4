/** What a contract says beside its operations: where its service runs, and what it is called. */
import { parse } from "yaml";

const yamlLengthMax = 2_000_000;

export interface Addresses {
  readonly instances: readonly string[];
  /** Where something else may run: servers beside the first, such as one for tests. */
  readonly others: readonly string[];
}

/**
 * The addresses of WSDL's ports, which do the same (WSDL 1.1 §2.7), or of OpenAPI's servers.
 * @param url where the contract was found, for relative servers.
 */
export function addressesIn(text: string, url: string | undefined): Addresses {
  if (isXml(text)) return { instances: absoluteIn(inWsdl(text), url), others: [] };
  const [first, ...others] = absoluteIn(inOpenApi(text), url);
  return { instances: first === undefined ? [] : [first], others };
}

function absoluteIn(found: readonly string[], url: string | undefined): readonly string[] {
  const absolute = found.flatMap((address) => {
    if (!URL.canParse(address, url)) return [];
    const { protocol, href } = new URL(address, url);
    return /^https?:$/.test(protocol) ? [href.replace(/[/?#]*$/, "")] : [];
  });
  return [...new Set(absolute)];
}

/** WSDL 1.1 §3.8: `soap:address`; those of other bindings look the same. */
function inWsdl(text: string): readonly string[] {
  const addresses = text.matchAll(/<(?:[\w.-]+:)?address\s[^>]*?\blocation\s*=\s*(["'])(.*?)\1/gs);
  return Array.from(addresses, ([, , location = ""]) => location.replaceAll("&amp;", "&"));
}

function inOpenApi(text: string): readonly string[] {
  const { servers, host, basePath, schemes } = readOpenApi(text);
  if (typeof host === "string") {
    const [scheme = "http"] = Array.isArray(schemes) ? (schemes as string[]) : [];
    return [`${scheme}://${host}${typeof basePath === "string" ? basePath : ""}`];
  }
  if (!Array.isArray(servers)) return [];
  return servers.flatMap((server: unknown) => {
    const address = (server as { url?: unknown } | null)?.url;
    return typeof address === "string" && !address.includes("{") ? [address] : [];
  });
}

/** What a contract calls itself: the service of WSDL, the title of OpenAPI. */
export function titleIn(text: string): string | undefined {
  if (isXml(text)) return /<(?:[\w.-]+:)?service\s[^>]*?\bname\s*=\s*["']([^"']*)/.exec(text)?.[1];
  const { title } = (readOpenApi(text)["info"] ?? {}) as { title?: unknown };
  return typeof title === "string" ? title : undefined;
}

function isXml(text: string): boolean {
  return text
    .replace(/^\uFEFF/, "")
    .trimStart()
    .startsWith("<");
}

/** Leniently: what is wrong with it is for the importer to say. */
function readOpenApi(text: string): Readonly<Record<string, unknown>> {
  try {
    const isJson = /^\uFEFF?\s*\{/.test(text);
    if (!isJson && text.length > yamlLengthMax) return {};
    const root: unknown = isJson ? JSON.parse(text.replace(/^\uFEFF/, "")) : parse(text);
    return typeof root === "object" && root !== null ? { ...root } : {};
  } catch {
    return {};
  }
}
