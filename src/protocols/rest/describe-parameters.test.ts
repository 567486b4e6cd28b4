/** Addresses that reach into messages, as OpenAPI has them, and read from it again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Operation, RestParameter } from "#contract/contract.ts";
import { describeOpenApi } from "./describe.ts";
import { binding, contractOf, field, int32, operation, record, text } from "./fixture.ts";
import { importOpenApi } from "./import.ts";

const optional = { presence: "optional" } as const;
const book = record(field("name", text, optional), field("pages", int32, optional));
const simple = { in: "path", style: "simple", explode: false } as const;
const name: RestParameter = { field: "name", name: "name", ...simple };
const named = record(field("name", text, { presence: "implicit", documentation: "Which one." }));

function described(operations: readonly Operation[]) {
  const { text: document, diagnostics } = describeOpenApi(contractOf(operations), {
    address: "/orders",
  });
  const { paths } = JSON.parse(document) as {
    paths: Record<string, Record<string, { parameters?: readonly Parameter[] }>>;
  };
  return { document, paths, codes: diagnostics.map(({ code }) => code) };
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: { readonly type: string };
  readonly "x-parlance"?: object;
}

function get(id: string, path: string, method = "GET"): Operation {
  return operation(id, named, { rest: binding(method, path, { parameters: [name] }) });
}

test("a value of several segments is described by them", () => {
  const { paths, codes } = described([get("GetBook", "/v1/{name=shelves/*/books/*}:peek")]);
  const path = "/v1/shelves/{name.1}/books/{name.2}:peek";
  assert.deepEqual(Object.keys(paths), [path]);
  const whole = "shelves/{name.1}/books/{name.2}";
  assert.deepEqual(paths[path]?.["get"]?.parameters, [
    {
      ...{ name: "name.1", in: "path", required: true },
      description: `Which one.\n\nPart of \`name\`, which is \`${whole}\`.`,
      schema: { type: "string" },
      "x-parlance": { of: "name", whole },
    },
    {
      ...{ name: "name.2", in: "path", required: true },
      description: `Which one.\n\nPart of \`name\`, which is \`${whole}\`.`,
      schema: { type: "string" },
      "x-parlance": { of: "name", whole },
    },
  ]);
  assert.deepEqual(codes, ["value-in-parts"]);
});

test("that the rest of a path has slashes is said, for OpenAPI cannot", () => {
  const { paths } = described([get("GetFile", "/v1/{name=files/**}")]);
  const [parameter] = paths["/v1/files/{name}"]?.["get"]?.parameters ?? [];
  assert.match(
    parameter?.description ?? "",
    /All that remains of the path, with its slashes: part of `name`, which is `files\/\{name\}`\.$/,
  );
  assert.deepEqual(parameter?.["x-parlance"], { of: "name", whole: "files/{name}", rest: true });
});

test("paths that differ in the names of variables alone are one, with the names of the first", () => {
  const within = { field: "book", within: ["name"], name: "book.name", ...simple };
  const update = operation("Update", record(field("book", book, optional)), {
    rest: binding("PATCH", "/v1/{book.name=shelves/*}", { parameters: [within] }),
  });
  const { paths, codes } = described([
    get("GetShelf", "/v1/{name=shelves/*}"),
    update,
    get("Again", "/v1/shelves/{name}"),
  ]);
  assert.deepEqual(Object.keys(paths), ["/v1/shelves/{name}"]);
  const methods = paths["/v1/shelves/{name}"] ?? {};
  assert.deepEqual(Object.keys(methods), ["get", "patch"]);
  assert.equal(methods["patch"]?.parameters?.[0]?.name, "name");
  assert.deepEqual(codes, [
    "value-in-parts",
    "member-as-parameter",
    "value-in-parts",
    "address-taken",
  ]);
});

test("members of fields are parameters of dotted names", () => {
  const query = { in: "query", style: "form", explode: true } as const;
  const parameters = [{ field: "book", within: ["pages"], name: "book.pages", ...query }];
  const list = operation("List", record(field("book", book)), {
    rest: binding("GET", "/v1/books", { parameters }),
  });
  const { paths, codes } = described([list]);
  const [parameter] = paths["/v1/books"]?.["get"]?.parameters ?? [];
  assert.deepEqual(
    [parameter?.name, parameter?.in, parameter?.required],
    ["book.pages", "query", undefined],
  );
  assert.deepEqual(codes, ["member-as-parameter"]);
});

const paths = [
  "/v1/{name=shelves/*}",
  "/v1/{name=shelves/*/books/*}:peek",
  "/v1/{name=files/**}",
  "/v1/{name=files/*/**}:read",
  "/{name=**}",
];

for (const path of paths) {
  test(`${path} is read from its description again`, () => {
    const { document } = described([get("GetBook", path)]);
    const { contract, diagnostics } = importOpenApi({
      ...{ file: "s.json", text: document },
      read: () => undefined,
    });
    assert.deepEqual(
      diagnostics.map(({ message }) => message),
      [],
    );
    const rest = contract?.operations[0]?.rest;
    assert.equal(rest?.path, path);
    assert.deepEqual(rest.parameters, [name]);
  });
}

test("a document may have the pattern in its path, as grpc-gateway writes it", () => {
  const { contract, diagnostics } = importOpenApi({
    file: "s.yaml",
    text: `openapi: 3.0.3
info: { title: t, version: "1" }
paths:
  /v1/{name=shelves/*}:
    get:
      operationId: GetShelf
      parameters: [{ name: name, in: path, required: true, schema: { type: string } }]
      responses: { "204": { description: none } }
`,
    read: () => undefined,
  });
  assert.deepEqual(
    diagnostics.map(({ message }) => message),
    [],
  );
  assert.deepEqual(contract?.operations[0]?.rest?.parameters, [name]);
});
