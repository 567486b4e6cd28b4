/** What a request asks for (GraphQL over HTTP §5.1): from a query, or from a body in JSON. */
import type { FaceRequest } from "#extension/protocol.ts";
import { readExactValue } from "#formats/json/exact-value.ts";
import { readValueSpans, type ValueSpans } from "#formats/json/value-spans.ts";
import { isJsonBody } from "./hub-media.ts";
import { graphqlProblem, type GraphqlProblem } from "./problems.ts";

export interface Parameters {
  readonly kind: "parameters";
  readonly query: string | undefined;
  /** Of a document that is known by its id. */
  readonly documentId: string | undefined;
  /** The same, as clients send it that register documents as they go: a SHA-256. */
  readonly persistedHash: string | undefined;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
}

export interface Asked {
  readonly kind: "asked";
  readonly isBatch: boolean;
  readonly all: readonly (Parameters | GraphqlProblem)[];
}

type Members = ReadonlyMap<string, string>;

export function readAsked(request: FaceRequest, batchMax: number): Asked | GraphqlProblem {
  if (request.method === "GET") return readQuery(request.query);
  const contentType = request.field("content-type");
  if (!isJsonBody(contentType)) {
    const found = contentType === undefined ? "none" : contentType.slice(0, 100);
    return graphqlProblem("media-type-unsupported", `expected application/json, found ${found}`);
  }
  const spans = readValueSpans(request.body);
  if (spans.kind === "fault") {
    const { message, line, column } = spans;
    const where = line === undefined ? "" : ` at line ${line}, column ${column ?? 1}`;
    return graphqlProblem("malformed-request", `the body is no JSON: ${message}${where}`);
  }
  if (spans.kind !== "array") return one(readBody(spans));
  const { length } = spans.items;
  if (length === 0) return graphqlProblem("invalid-request", "the batch is empty");
  if (length > batchMax) {
    const message =
      batchMax === 1
        ? "an array of operations is not taken; send one object"
        : `a batch has at most ${batchMax} operations, found ${length}`;
    return graphqlProblem("limit-exceeded", message);
  }
  const all = spans.items.map((item) => {
    const read = readValueSpans(item);
    return read.kind === "fault"
      ? graphqlProblem("malformed-request", read.message)
      : readBody(read);
  });
  return { kind: "asked", isBatch: true, all };
}

function one(parameters: Parameters | GraphqlProblem): Asked {
  return { kind: "asked", isBatch: false, all: [parameters] };
}

function readBody(spans: ValueSpans): Parameters | GraphqlProblem {
  if (spans.kind !== "object") {
    return graphqlProblem("invalid-request", "expected an object with `query`");
  }
  return readMembers(spans.members);
}

function readQuery(query: string): Asked | GraphqlProblem {
  const members = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (members.has(name)) {
      return graphqlProblem(
        "invalid-request",
        `the parameter ${name.slice(0, 100)} is there twice`,
      );
    }
    // An empty text says nothing, as forms send it.
    if (value === "") continue;
    const isJson = name === "variables" || name === "extensions";
    members.set(name, isJson ? value : JSON.stringify(value));
  }
  return one(readMembers(members));
}

function readMembers(members: Members): Parameters | GraphqlProblem {
  const texts: Record<string, string | undefined> = {};
  for (const name of ["query", "documentId", "operationName"]) {
    const text = members.get(name);
    if (text === undefined || text === "null") continue;
    if (!text.startsWith('"')) return wrong(name, "a string", text);
    texts[name] = JSON.parse(text) as string;
  }
  const variables = readObject(members, "variables");
  if (variables.kind === "problem") return variables;
  const extensions = readObject(members, "extensions");
  if (extensions.kind === "problem") return extensions;
  const { query, operationName, documentId } = texts;
  const persistedHash = persistedHashOf(extensions.value);
  if (query === undefined && documentId === undefined && persistedHash === undefined) {
    return graphqlProblem("invalid-request", "expected a string `query`, or a `documentId`");
  }
  const document = { query, documentId, persistedHash };
  return { kind: "parameters", ...document, operationName, variables: variables.value };
}

type ObjectRead =
  | { readonly kind: "object"; readonly value: Readonly<Record<string, unknown>> | undefined }
  | GraphqlProblem;

function readObject(members: Members, name: string): ObjectRead {
  const text = members.get(name);
  if (text === undefined || text === "null") return { kind: "object", value: undefined };
  const read = readExactValue(text);
  if (read.kind === "fault") {
    return graphqlProblem("malformed-request", `${name} is no JSON: ${read.message}`);
  }
  const { value } = read;
  if (
    typeof value !== "object" ||
    value === null ||
    Array.isArray(value) ||
    !text.trimStart().startsWith("{")
  ) {
    return wrong(name, "an object", text);
  }
  return { kind: "object", value: value as Readonly<Record<string, unknown>> };
}

function wrong(name: string, expected: string, text: string): GraphqlProblem {
  const found = text.slice(0, 50);
  return graphqlProblem("invalid-request", `${name}: expected ${expected}, found ${found}`);
}

function persistedHashOf(extensions: Readonly<Record<string, unknown>> | undefined) {
  const persisted = extensions?.["persistedQuery"] as Readonly<Record<string, unknown>> | undefined;
  const hash = typeof persisted === "object" ? persisted?.["sha256Hash"] : undefined;
  return typeof hash === "string" ? hash : undefined;
}
