/** Addresses whose variables are several segments, and members of fields, in both directions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RestParameter } from "#contract/contract.ts";
import type { Value } from "#contract/value.ts";
import { createRestFace } from "./face.ts";
import { binding, contractOf, field, int32, list, operation, plainOf } from "./fixture.ts";
import { record, send, text } from "./fixture.ts";
import { createRestUpstream } from "./upstream.ts";

const optional = { presence: "optional" } as const;
const filter = record(field("author", text, optional), field("years", list(int32), optional));
const choice = {
  kind: "union",
  exclusive: true,
  variants: [
    { name: "since", type: int32 },
    { name: "none", type: record() },
  ],
} as const;
const input = record(
  field("name", text, optional),
  field("filter", filter, optional),
  field("labels", { kind: "map", key: { kind: "string", whitespace: "preserve" }, value: text }),
  field("choice", choice, optional),
);

const simple = { in: "path", style: "simple", explode: false } as const;
const name: RestParameter = { field: "name", name: "name", ...simple };
const form = { in: "query", style: "form", explode: true } as const;
const parameters: readonly RestParameter[] = [
  { field: "filter", within: ["years"], name: "filter.years", ...form },
  { field: "choice", within: ["since"], name: "since", alsoNamed: "Since", ...form },
];

const operations = (
  [
    ["GetBook", "GET", "/v1/{name=shelves/*/books/*}"],
    ["GetShelf", "GET", "/v1/{name=shelves/*}"],
    ["GetAny", "GET", "/v1/{name=**}"],
    ["GetFile", "GET", "/v1/{name=files/**}"],
    ["ReadFile", "POST", "/v1/{name=files/**}:read"],
    ["Archive", "POST", "/v1/{name=shelves/*}:archive"],
    ["ArchiveAll", "POST", "/v1/{name=shelves/*}:archive:all"],
    ["Undelete", "POST", "/v1/{name=**}:undelete"],
    ["GetNone", "GET", "/v1/{name=none}"],
    ["ByAuthor", "GET", "/v1/authors/{filter.author=a/*}"],
  ] as const
).map(([id, method, path]) => {
  const author = { field: "filter", within: ["author"], name: "filter.author", ...simple };
  const own = path.includes("filter") ? [author, ...parameters] : [name, ...parameters];
  return operation(id, input, { rest: binding(method, path, { parameters: own }) });
});
const face = createRestFace(contractOf(operations));
const upstream = createRestUpstream(contractOf(operations));

function asked(method: string, target: string): unknown {
  const decoded = send(face, { method, target });
  if (decoded.kind === "call") return [decoded.call.operation.id, plainOf(decoded.call.input)];
  return decoded.kind === "fault" ? `${decoded.fault.code}: ${decoded.fault.message}` : decoded;
}

function sentAs(id: string, value: { readonly [name: string]: Value }): string {
  const one = operations.find((candidate) => candidate.id === id);
  assert.ok(one !== undefined);
  const request = upstream.encode({ operation: one, input: value, headers: {} });
  if (request.kind === "fault") return `${request.code} ${request.place}: ${request.message}`;
  return `${request.method} ${request.target}`;
}

const both: readonly (readonly [string, string, { readonly [name: string]: Value }])[] = [
  ["GET /v1/shelves/1/books/2", "GetBook", { name: "shelves/1/books/2" }],
  ["GET /v1/shelves/a%20b/books/c%3Ad", "GetBook", { name: "shelves/a b/books/c:d" }],
  ["GET /v1/shelves/1", "GetShelf", { name: "shelves/1" }],
  ["GET /v1/shelves/1%3Aarchive", "GetShelf", { name: "shelves/1:archive" }],
  ["GET /v1/shelves/1/2", "GetAny", { name: "shelves/1/2" }],
  ["GET /v1/a", "GetAny", { name: "a" }],
  ["GET /v1/files", "GetFile", { name: "files" }],
  ["GET /v1/files/a/b%25c", "GetFile", { name: "files/a/b%c" }],
  ["GET /v1/files/a/", "GetFile", { name: "files/a/" }],
  ["GET /v1/files/a%252Fb", "GetFile", { name: "files/a%2Fb" }],
  ["POST /v1/files/a/b:read", "ReadFile", { name: "files/a/b" }],
  ["POST /v1/shelves/1:archive", "Archive", { name: "shelves/1" }],
  ["POST /v1/shelves/1:archive:all", "ArchiveAll", { name: "shelves/1" }],
  ["GET /v1/none", "GetNone", { name: "none" }],
  [
    "GET /v1/authors/a/b?filter.years=1&filter.years=2&since=3",
    "ByAuthor",
    { filter: { years: [1, 2], author: "a/b" }, choice: { since: 3 } },
  ],
];

for (const [address, id, value] of both) {
  test(`${address} is ${id} for callers and for the service`, () => {
    const [method = "", target = ""] = address.split(" ");
    assert.deepEqual(asked(method, target), [id, value]);
    assert.equal(sentAs(id, value), address);
  });
}

test("an encoded slash stays as it is where a value has several segments", () => {
  assert.deepEqual(asked("GET", "/v1/files/a%2fb%2F..%2Fc"), [
    "GetFile",
    { name: "files/a%2fb%2F..%2Fc" },
  ]);
});

test("second spellings of names in the query are read", () => {
  assert.deepEqual(asked("GET", "/v1/none?Since=4"), [
    "GetNone",
    { choice: { since: 4 }, name: "none" },
  ]);
});

test("`**` alone may stand for nothing, and before a verb for something", () => {
  assert.deepEqual(asked("GET", "/v1"), ["GetAny", { name: "" }]);
  assert.match(String(asked("POST", "/v1/files:read")), /^method-not-offered/);
});

const misread: readonly (readonly [string, RegExp])[] = [
  ["/v1/files/..", /`name`: a `\.\.` segment cannot stand in a path/],
  ["/v1/files/%2E%2E/x", /`name`: a `\.\.` segment cannot stand in a path/],
  ["/v1/files/./x", /a `\.` segment/],
  ["/v1/files/a//b", /an empty segment/],
  ["/v1/files/%FF", /percent-encoding is broken/],
];

for (const [target, reason] of misread) {
  test(`GET ${target} is refused`, () => assert.match(String(asked("GET", target)), reason));
}

const unsent: readonly (readonly [string, { readonly [name: string]: Value }, RegExp])[] = [
  [
    "GetBook",
    { name: "shelves/1" },
    /^not-representable \/name: .*`name`.*expected `shelves\/\*\/books\/\*`/,
  ],
  ["GetBook", { name: "shelves/1/books/" }, /`shelves\/1\/books\/` does not fit the path/],
  ["GetBook", { name: "desks/1/books/2" }, /does not fit the path/],
  ["GetBook", { name: "shelves/1/books/2/3" }, /does not fit the path/],
  ["GetBook", { name: "shelves/../books/2" }, /a `\.\.` segment cannot stand in a path/],
  ["GetBook", {}, /`name` is missing/],
  ["GetFile", { name: "files/../../x" }, /a `\.\.` segment/],
  ["GetFile", { name: "files//x" }, /an empty segment/],
  ["GetFile", { name: "/files/x" }, /does not fit the path/],
  ["GetAny", { name: "" }, /does not fit the path; expected `\*\*`/],
  ["GetAny", { name: "shelves/1" }, /^not-representable \/name: .*is the address of GetShelf/],
  ["GetNone", { name: "other" }, /expected `none`/],
  ["ByAuthor", { filter: {} }, /^missing.*|filter\.author/],
  [
    "GetNone",
    { name: "none", labels: { a: "b" } },
    /^not-representable \/labels: labels has no place in GET/,
  ],
  [
    "GetNone",
    { name: "none", filter: { author: "x" } },
    /filter\/author: filter\.author has no place/,
  ],
  ["GetNone", { name: "none", choice: { none: {} } }, /choice\.none has no place/],
];

for (const [id, value, reason] of unsent) {
  test(`${id} of ${JSON.stringify(value)} is refused rather than sent elsewhere`, () => {
    assert.match(sentAs(id, value), reason);
  });
}

test("of two templates that have a path, the one that has the method is taken", () => {
  assert.deepEqual(asked("POST", "/v1/shelves/1/2:undelete"), [
    "Undelete",
    { name: "shelves/1/2" },
  ]);
  assert.deepEqual(asked("POST", "/v1/shelves/1:undelete"), ["Undelete", { name: "shelves/1" }]);
  assert.match(String(asked("PUT", "/v1/shelves/1")), /^method-not-offered.*expected GET, HEAD/);
});

test("what is empty needs no place", () => {
  assert.equal(sentAs("GetNone", { name: "none", labels: {}, filter: {} }), "GET /v1/none");
});
