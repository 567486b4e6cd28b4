/** Swagger 2.0: the same operation, with body and form among its parameters. */
import type { PlacedEntry, PlacedNode } from "#formats/yaml/placed-node.ts";
import {
  child,
  entriesOf,
  isTrueAt,
  itemsOf,
  textAt,
  textOf,
  type Located,
} from "#formats/json-schema/located.ts";
import { exampleOfSchema } from "./import-examples.ts";
import { parametersOf, resolveIn } from "./import-references.ts";
import type {
  BodyView,
  ContentView,
  OperationSource,
  OperationView,
  ParameterView,
  ResponseView,
  VersionReader,
  ViewScope,
} from "./import-view.ts";

export const swagger2Reader: VersionReader = {
  refHidesSiblings: true,
  namedSchemas: (root) =>
    entriesOf(child(root, "definitions")).map((schema) => ({ word: schema.key, schema })),
  operation: readOperation,
};

function readOperation(scope: ViewScope, source: OperationSource): OperationView | undefined {
  const { at, method, path } = source;
  const found = parametersOf(scope, source);
  if (found === undefined) return undefined;
  const consumes = mediaTypes(scope, at, "consumes");
  const produces = mediaTypes(scope, at, "produces");
  const responses = readResponses(scope, at, produces);
  if (responses === undefined) return undefined;
  const parameters = found.flatMap((one) => readParameter(scope, one) ?? []);
  return { at, method, path, parameters, body: readBody(found, consumes), responses };
}

function mediaTypes(scope: ViewScope, at: Located, key: string): readonly string[] {
  const root: Located = { node: scope.document.root, document: scope.document };
  const list = child(at, key) ?? child(root, key);
  const types = itemsOf(list).flatMap((item) => textOf(item) ?? []);
  return types.length > 0 ? types : ["application/json"];
}

function readBody(
  parameters: readonly Located[],
  consumes: readonly string[],
): BodyView | undefined {
  const body = parameters.find((one) => textAt(one, "in") === "body");
  if (body !== undefined) {
    const schema = child(body, "schema");
    const documentation = textAt(body, "description");
    return {
      at: body,
      required: isTrueAt(body, "required"),
      contents: consumes.map((mediaType) => ({ at: body, mediaType, schema })),
      ...(documentation === undefined ? {} : { documentation }),
    };
  }
  const fields = parameters.filter((one) => textAt(one, "in") === "formData");
  const [first] = fields;
  if (first === undefined) return undefined;
  const schema = formSchema(first, fields);
  const forms = consumes.filter((type) =>
    /^(application\/x-www-form-urlencoded|multipart\/)/.test(type),
  );
  const hasFile = fields.some((one) => textAt(one, "type") === "file");
  const fallback = hasFile ? "multipart/form-data" : "application/x-www-form-urlencoded";
  const contents = (forms.length > 0 ? forms : [fallback]).map((mediaType): ContentView => ({
    at: first,
    mediaType,
    schema,
  }));
  return { at: first, required: fields.some((one) => isTrueAt(one, "required")), contents };
}

/** The schema that the fields of a form are together. */
function formSchema(first: Located, fields: readonly Located[]): Located {
  const { offset } = first.node;
  const entry = (node: PlacedNode): PlacedEntry => ({ keyOffset: node.offset, node });
  const scalar = (value: string): PlacedNode => ({ kind: "scalar", offset, value });
  const named = fields.map((field) => [textOf(child(field, "name")) ?? "", field] as const);
  const required = named.filter(([, field]) => isTrueAt(field, "required"));
  const entries = new Map<string, PlacedEntry>([
    ["type", entry(scalar("object"))],
    [
      "properties",
      entry({
        kind: "map",
        offset,
        entries: new Map(named.map(([name, { node }]) => [name, entry(node)])),
      }),
    ],
    ["required", entry({ kind: "list", offset, items: required.map(([name]) => scalar(name)) })],
  ]);
  return { node: { kind: "map", offset, entries }, document: first.document };
}

const collections: Readonly<Record<string, Pick<ParameterView, "style" | "explode">>> = {
  ssv: { style: "spaceDelimited", explode: false },
  pipes: { style: "pipeDelimited", explode: false },
  multi: { style: "form", explode: true },
};

function readParameter(scope: ViewScope, at: Located): ParameterView | undefined {
  const where = textAt(at, "in");
  if (where !== "path" && where !== "query" && where !== "header") {
    if (where !== "body" && where !== "formData") {
      const message = "expected a parameter in path, query, header, formData or body";
      scope.report.warning("parameter-not-offered", at, message);
    }
    return undefined;
  }
  const format = textAt(at, "collectionFormat") ?? "csv";
  if (format === "tsv") {
    scope.report.warning("bad-style", at, "lists separated by tabs are not offered; taken as csv");
  }
  const simple = { style: where === "query" ? "form" : "simple", explode: false } as const;
  const documentation = textAt(at, "description");
  return {
    at,
    name: textOf(child(at, "name")) as string,
    in: where,
    required: isTrueAt(at, "required") || where === "path",
    schema: at,
    ...(where === "query" ? (collections[format] ?? simple) : simple),
    ...(documentation === undefined ? {} : { documentation }),
  };
}

function readResponses(
  scope: ViewScope,
  at: Located,
  produces: readonly string[],
): readonly ResponseView[] | undefined {
  const responses: ResponseView[] = [];
  for (const entry of entriesOf(child(at, "responses"))) {
    if (entry.key.startsWith("x-")) continue;
    const resolved = resolveIn(scope, entry, "response");
    if (resolved === undefined) return undefined;
    const { value, word } = resolved;
    const schema = child(value, "schema");
    const documentation = textAt(value, "description");
    responses.push({
      at: entry,
      status: entry.key,
      ...(word === undefined ? {} : { word }),
      ...(documentation === undefined ? {} : { documentation }),
      contents: produces.flatMap((mediaType): readonly ContentView[] => {
        if (schema === undefined) return [];
        const own = child(child(value, "examples") ?? value, mediaType);
        const example = own ?? exampleOfSchema(schema, scope.references);
        const shown = example === undefined ? {} : { example };
        return [{ at: entry, mediaType, schema, ...shown }];
      }),
      headers: entriesOf(child(value, "headers")).map((header) => ({
        at: header,
        name: header.key,
        required: false,
        schema: header,
      })),
    });
  }
  return responses;
}
