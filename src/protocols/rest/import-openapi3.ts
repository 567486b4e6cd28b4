/** OpenAPI 3.0, 3.1 and 3.2: where an operation's parts stand in the document. */
import {
  child,
  entriesOf,
  isTrueAt,
  scalarOf,
  textAt,
  textOf,
  type Located,
} from "#formats/json-schema/located.ts";
import type { NamedSchema } from "#formats/json-schema/scope.ts";
import { exampleAt } from "./import-examples.ts";
import { parametersOf, resolveIn } from "./import-references.ts";
import type {
  BodyView,
  ContentView,
  HeaderView,
  OperationSource,
  OperationView,
  ParameterView,
  ResponseView,
  VersionReader,
  ViewScope,
} from "./import-view.ts";

export function createOpenApi3Reader(refHidesSiblings: boolean): VersionReader {
  return { refHidesSiblings, namedSchemas, operation: readOperation };
}

function namedSchemas(root: Located): readonly NamedSchema[] {
  const components = child(root, "components");
  const schemas = entriesOf(components && child(components, "schemas"));
  const others = schemas.filter((schema) => textAt(schema, "x-parlance") !== "own");
  return others.map((schema) => ({ word: schema.key, schema }));
}

function readOperation(scope: ViewScope, source: OperationSource): OperationView | undefined {
  const { at, method, path } = source;
  const found = parametersOf(scope, source);
  if (found === undefined) return undefined;
  const parameters: ParameterView[] = [];
  for (const parameter of found) {
    const view = readParameter(scope, parameter);
    if (view === "unusable") return undefined;
    if (view !== undefined) parameters.push(view);
  }
  const body = child(at, "requestBody");
  const resolved = body && resolveIn(scope, body, "request body");
  if (body !== undefined && resolved === undefined) return undefined;
  const responses = readResponses(scope, at);
  if (responses === undefined) return undefined;
  const callbacks = child(at, "callbacks");
  if (callbacks !== undefined) {
    scope.report.info("callback-not-offered", callbacks, "callbacks are not offered");
  }
  for (const holder of [at, source.pathItem]) {
    const servers = child(holder, "servers");
    if (servers === undefined) continue;
    const message = "servers of a path are not taken from the contract: all go to the instances";
    scope.report.warning("servers-ignored", servers, message);
  }
  return {
    ...{ at, method, path, parameters, responses },
    body: resolved && readBody(scope, resolved.value),
  };
}

function readBody(scope: ViewScope, body: Located): BodyView {
  const documentation = textAt(body, "description");
  return {
    at: body,
    required: isTrueAt(body, "required"),
    contents: readContents(scope, body),
    ...(documentation === undefined ? {} : { documentation }),
  };
}

function readContents(scope: ViewScope, holder: Located): readonly ContentView[] {
  return entriesOf(child(holder, "content")).flatMap((entry) => {
    // OpenAPI 3.2 lets media types be named in components.
    const resolved = resolveIn(scope, entry, "media type");
    if (resolved === undefined) return [];
    const { value } = resolved;
    if (textAt(value, "x-parlance") === "own") return [];
    const encoding = child(value, "encoding");
    if (encoding !== undefined) {
      const message = "`encoding` of the parts of a body is not followed";
      scope.report.info("not-enforced", encoding, message);
    }
    const items = child(value, "itemSchema");
    const schema = child(value, "schema");
    const example = exampleAt(value, scope.references);
    const shown = example === undefined ? {} : { example };
    const view = { at: entry, mediaType: entry.key, schema, ...shown };
    return [items === undefined ? view : { ...view, itemSchema: items }];
  });
}

function readResponses(scope: ViewScope, at: Located): readonly ResponseView[] | undefined {
  const responses: ResponseView[] = [];
  for (const entry of entriesOf(child(at, "responses"))) {
    if (entry.key.startsWith("x-")) continue;
    const resolved = resolveIn(scope, entry, "response");
    if (resolved === undefined) return undefined;
    const { value } = resolved;
    const own = child(value, "x-parlance");
    const word = (own && textAt(own, "fault")) ?? resolved.word;
    const isSilent = own !== undefined && isTrueAt(own, "silent");
    const documentation = isSilent ? undefined : textAt(value, "description");
    responses.push({
      at: entry,
      status: entry.key,
      ...(word === undefined ? {} : { word }),
      ...(documentation === undefined ? {} : { documentation }),
      contents: readContents(scope, value),
      headers: readHeaders(scope, value),
    });
  }
  return responses;
}

function readHeaders(scope: ViewScope, response: Located): readonly HeaderView[] {
  return entriesOf(child(response, "headers")).flatMap((entry) => {
    const value = scope.references.resolve(entry);
    if (value?.node.kind !== "map") return [];
    const schema = child(value, "schema");
    return [{ at: entry, name: entry.key, required: isTrueAt(value, "required"), schema }];
  });
}

const defaultStyles = { path: "simple", query: "form", header: "simple", cookie: "form" } as const;

const styles: Readonly<Record<ParameterView["in"], readonly ParameterView["style"][]>> = {
  path: ["simple", "label", "matrix"],
  query: ["form", "spaceDelimited", "pipeDelimited", "deepObject"],
  header: ["simple"],
  cookie: ["form"],
};

/** OpenAPI 3.0 §4.7.12.1: these header parameters are ignored; content and keys say them. */
const ignoredHeaders = new Set(["accept", "content-type", "authorization"]);

function readParameter(scope: ViewScope, at: Located): ParameterView | "unusable" | undefined {
  const name = textOf(child(at, "name")) as string;
  const where = textAt(at, "in") as string;
  if (where === "header" && ignoredHeaders.has(name.toLowerCase())) return undefined;
  const required = isTrueAt(at, "required") || where === "path";
  if (!isPlace(where)) {
    const message = `parameters in ${JSON.stringify(where.slice(0, 50))} are not offered`;
    if (!required) {
      scope.report.warning("parameter-not-offered", at, message);
      return undefined;
    }
    scope.report.error("parameter-not-offered", at, `${message}, and this one is required`);
    return "unusable";
  }
  const wanted = textAt(at, "style");
  // OpenAPI 3.2 adds `cookie`, which is form without percent-encoding.
  const style = styles[where].find((one) => one === wanted) ?? defaultStyles[where];
  if (wanted !== undefined && wanted !== style && wanted !== "cookie") {
    const given = JSON.stringify(wanted.slice(0, 50));
    const message = `style ${given} does not fit a parameter in ${where}; taken as ${style}`;
    scope.report.warning("bad-style", child(at, "style") as Located, message);
  }
  for (const key of ["allowReserved", "allowEmptyValue"]) {
    if (isTrueAt(at, key)) scope.report.info("not-enforced", at, `\`${key}\` is not followed`);
  }
  const [content] = readContents(scope, at);
  const explode = scalarOf(child(at, "explode"));
  const documentation = textAt(at, "description");
  return {
    at,
    name,
    in: where,
    required,
    schema: content === undefined ? child(at, "schema") : content.schema,
    style,
    explode: typeof explode === "boolean" ? explode : style === "form" || style === "deepObject",
    ...(content !== undefined && /[/+]json\b/i.test(content.mediaType) ? { content: "json" } : {}),
    ...(documentation === undefined ? {} : { documentation }),
  };
}

function isPlace(where: string): where is ParameterView["in"] {
  return Object.hasOwn(styles, where);
}
