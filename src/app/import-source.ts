/** Where a contract that is to be added comes from: a file, a URL, or a server that tells it. */
import { basename, dirname, relative, resolve } from "node:path";
import type { Diagnostic } from "#base/diagnostic.ts";
import type { Platform } from "#base/platform.ts";
import { decodeDocument } from "./decode-document.ts";
import { titleIn } from "./contract-facts.ts";
import { FetchFailure, fetchContract, NoDocument, type FetchedContract } from "./fetch-contract.ts";
import { fetchDescriptors, NoGrpc, type FetchedDescriptors } from "./fetch-descriptors.ts";
import { fetchSchema } from "./fetch-schema.ts";
import { fetchTools } from "./fetch-tools.ts";
import { recognizeContract } from "./import-contracts.ts";
import { placeDocuments, type PlacedDocuments } from "./place-documents.ts";

const textBytesMax = 20 * 1024 * 1024;

export interface ImportSource extends Omit<PlacedDocuments, "files"> {
  readonly name: string;
  /** By the same kind of path as the contract's. */
  readonly files: ReadonlyMap<string, string | Buffer>;
  readonly text: string;
  readonly url: string | undefined;
  /** Undefined: the document may say so. */
  readonly instances?: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

interface SourceOptions {
  readonly configPath: string;
  readonly source: string;
  readonly name: string | undefined;
}

export async function readSource(
  { configPath, source, name }: SourceOptions,
  platform: Platform,
): Promise<ImportSource> {
  if (/^grpcs?:\/\//i.test(source)) {
    const url = source.replace(/^grpc/i, "http");
    return placeDescriptors(await fetchDescriptors(new URL(url), platform), url, name);
  }
  if (/^https?:\/\//i.test(source)) {
    const fetched = await fetchSource(source, platform);
    if ("services" in fetched) return placeDescriptors(fetched, source, name);
    const text = fetched.documents.get(fetched.url) ?? "";
    const chosen = name ?? nameFor(new URL(source).pathname, text);
    const placed = placeDocuments(chosen, fetched);
    const { url, diagnostics, instances } = fetched;
    const where = instances === undefined ? {} : { instances };
    return { ...placed, text, url, diagnostics, ...where, name: chosen };
  }
  const text = readDocument(source, platform);
  const written = relative(dirname(resolve(configPath)), resolve(source)).replaceAll("\\", "/");
  const none = { files: new Map<string, string>(), diagnostics: [], url: undefined };
  return { ...none, contract: written, text, name: name ?? nameFor(source, text) };
}

interface FetchedSource extends FetchedContract {
  /** Where the service runs, where that is known. */
  readonly instances?: readonly string[];
}

/** A contract; where there is none, what a GraphQL, an MCP or a gRPC server tells of itself. */
async function fetchSource(
  source: string,
  platform: Platform,
): Promise<FetchedSource | FetchedDescriptors> {
  let fetched: FetchedContract | undefined;
  let failure: NoDocument | undefined;
  try {
    fetched = await fetchContract(source, platform);
    // Servers have pages for those who look at them with a browser.
    const text = fetched.documents.get(fetched.url) ?? "";
    if (recognizeContract(text, fetched.url) !== undefined) return fetched;
  } catch (error) {
    if (!(error instanceof NoDocument)) {
      // A server that speaks HTTP/2 alone breaks off a request in HTTP/1.1.
      return await descriptorsOr(source, platform, error);
    }
    failure = error;
  }
  const told = (text: string, diagnostics: FetchedContract["diagnostics"]): FetchedSource => {
    const documents = new Map([[source, text]]);
    return { url: source, documents, references: [], diagnostics, instances: [source] };
  };
  const schema = await fetchSchema(source, platform);
  if (schema !== undefined) return told(schema, []);
  if (fetched !== undefined) return fetched;
  const tools = await fetchTools(source, platform);
  if (tools !== undefined) return told(tools.text, tools.diagnostics);
  const nothing = failure ?? new NoDocument(`${source} gives no contract`);
  return descriptorsOr(source, platform, nothing);
}

/** @param failure what is told where nobody speaks gRPC. */
async function descriptorsOr(
  source: string,
  platform: Platform,
  failure: unknown,
): Promise<FetchedDescriptors> {
  try {
    return await fetchDescriptors(new URL(source), platform);
  } catch (error) {
    throw error instanceof NoGrpc ? failure : error;
  }
}

/** @param url of http or https, where it was asked. */
function placeDescriptors(
  { bytes, services }: FetchedDescriptors,
  url: string,
  given: string | undefined,
): ImportSource {
  if (services.length === 0) throw new FetchFailure(`${url} tells no services`);
  const [first = ""] = services;
  const name = given ?? (slug(first.slice(first.lastIndexOf(".") + 1)) || "service");
  const contract = `contracts/${name}.binpb`;
  const files = new Map([[contract, bytes]]);
  const instances = [new URL(url).origin];
  return { ...{ contract, files, name, url, instances }, text: "", diagnostics: [] };
}

function readDocument(path: string, { files }: Pick<Platform, "files">): string {
  let bytes: Buffer;
  try {
    bytes = files.readUpTo(path, textBytesMax);
  } catch {
    throw new FetchFailure(`${path} cannot be read`);
  }
  const decoded = decodeDocument(bytes);
  if (decoded.kind === "fault") throw new FetchFailure(`${path}: ${decoded.message}`);
  return decoded.text;
}

export function readText(path: string, { files }: Pick<Platform, "files">): string | undefined {
  try {
    return files.readUpTo(path, textBytesMax).toString("utf8");
  } catch {
    return undefined;
  }
}

/** Names of files that say nothing about what is in them. */
const sayNothing = new Set([
  ...["", "openapi", "swagger", "api", "api-docs", "spec", "service", "services", "soap", "wsdl"],
  ...["index", "schema", "graphql", "mcp"],
]);

function saysNothing(name: string): boolean {
  return sayNothing.has(name) || /^v\d+$/.test(name);
}

/** Names that no service may have. */
const reserved = /^(?:graphql|mcp|soap)$/;

/** From the file's name, or from the title within; a name that is not possible is refused later. */
function nameFor(path: string, text: string): string {
  const own = slug(
    basename(path)
      .replace(/\.(?:wsdl|xml|ya?ml|json|graphqls?|gql|binpb)$/i, "")
      .replace(/\.\w+$/, ""),
  );
  if (!saysNothing(own)) return own;
  return slug(titleIn(text) ?? "") || (reserved.test(own) ? "" : own) || "service";
}

function slug(text: string): string {
  const words = text.replaceAll(/([a-z\d])([A-Z])/g, "$1-$2").toLowerCase();
  return words
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 60)
    .replaceAll(/^[-\d]+|-+$/g, "");
}
