/** Requests as GraphQL over HTTP has them: documents by their ids, batches, statuses, forms. */
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import test from "node:test";
import {
  defaultGraphqlSettings,
  type GraphqlDocuments,
  type GraphqlSettings,
} from "#base/graphql-settings.ts";
import type { Operation } from "#contract/contract.ts";
import { contractOf, field, int64, record, text } from "#formats/json/fixture.ts";
import { textOf } from "./hub-answer.ts";
import { createTestHub, type TestHub } from "./hub-fixture.ts";

const message = { type: record([field("id", text)]), headers: [] };
const get: Operation = {
  ...{ id: "get", mode: "unary", safety: "safe", input: message, output: message, faults: [] },
};
const lines = {
  kind: "list",
  item: record([field("n", int64)]),
  itemNullable: false,
  min: 0,
} as const;
const list: Operation = {
  ...get,
  ...{ id: "list", output: { type: record([field("lines", lines)]), headers: [] } },
};
const contract = {
  ...contractOf(),
  operations: [get, list, { ...get, id: "put", safety: "unsafe" as const }],
};

function start(settings: Partial<GraphqlSettings> = {}): TestHub {
  return createTestHub(
    contract,
    ({ input }) => ({ kind: "answer", output: input, headers: {} }),
    settings,
  );
}

async function post(hub: TestHub, body: unknown, fields?: Record<string, string>) {
  const sent = typeof body === "string" ? body : JSON.stringify(body);
  const response = await hub.post(sent, { "content-type": "application/json", ...fields });
  const answer = JSON.parse(response.body.toString()) as {
    data?: Record<string, unknown>;
    errors?: { message: string; extensions: Record<string, unknown> }[];
  };
  const [error] = answer.errors ?? [];
  const contentType = new Map(response.fields).get("content-type");
  return {
    ...answer,
    status: response.status,
    code: error?.extensions["code"],
    error,
    contentType,
  };
}

/** Of these texts, and no others. */
function trusted(texts: Readonly<Record<string, string>>, only = true): GraphqlDocuments {
  return { texts, only };
}

const query = '{ get(id: "7") { id } }';
const digest = hash("sha256", query);
const got = { get: { id: "7" } };

test("a document of the operator's is executed by its id, and by its digest", async () => {
  const hub = start({ documents: trusted({ first: query }) });
  for (const documentId of ["first", `sha256:${digest}`, digest]) {
    assert.deepEqual((await post(hub, { documentId })).data, got);
  }
  assert.deepEqual((await post(hub, { query })).data, got);
  const other = await post(hub, { query: "{ __typename }" });
  assert.deepEqual([other.status, other.code], [403, "FORBIDDEN"]);
  assert.equal((await post(hub, { documentId: "second" })).code, "PERSISTED_QUERY_NOT_FOUND");
  const extensions = {
    persistedQuery: { version: 1, sha256Hash: hash("sha256", "{ __typename }") },
  };
  const registered = await post(hub, { query: "{ __typename }", extensions });
  assert.equal(registered.status, 403);
});

test("clients register documents as they go, under their digest alone", async () => {
  const hub = start();
  const extensions = { persistedQuery: { version: 1, sha256Hash: digest } };
  const first = await post(hub, { extensions });
  assert.equal(first.error?.message, "PersistedQueryNotFound");
  assert.deepEqual((await post(hub, { query, extensions })).data, got);
  assert.deepEqual((await post(hub, { extensions })).data, got);
  assert.equal((await post(hub, { documentId: digest })).data, undefined);
  const wrong = await post(hub, { query: "{ __typename }", extensions });
  assert.equal(wrong.status, 400);
});

test("batches are off, and are answered in their order where an operator allows them", async () => {
  const batch = [{ query }, { query: "{ nothing }" }, { query }, 7];
  const off = await post(start(), batch);
  assert.equal(off.status, 400);
  assert.match(off.error?.message ?? "", /send one object/);
  const limits = { ...defaultGraphqlSettings.limits, batchMax: 4 };
  const answers = (await post(start({ limits }), batch)) as unknown as Record<number, typeof off>;
  assert.deepEqual(answers[0]?.data, got);
  assert.equal(answers[1]?.data, undefined);
  assert.deepEqual(answers[2]?.data, got);
  assert.match(String(answers[3]?.errors?.[0]?.message), /expected an object/);
  const over = await post(
    start({ limits }),
    Array.from({ length: 5 }, () => ({ query })),
  );
  assert.equal(over.code, "RESOURCE_EXHAUSTED");
});

test("a document of too many tokens, or too many times one field, names its limit", async () => {
  const floods: readonly (readonly [string, RegExp])[] = [
    [`{ ${"__typename ".repeat(6_000)} }`, /more than tokensMax, 5000 tokens/],
    [`{ get(id: "1") { ${"id ".repeat(990)} } }`, /fields of one name stand there too often/],
  ];
  for (const [document, expected] of floods) {
    const { code, error } = await post(start(), { query: document });
    assert.match(error?.message ?? "", expected);
    assert.deepEqual(
      [code, error?.extensions["problem"]],
      ["RESOURCE_EXHAUSTED", "limit-exceeded"],
    );
  }
});

test("JSON in a literal is as deep as JSON in a variable may be", async () => {
  const any = { type: record([field("any", { kind: "opaque", content: "json" })]), headers: [] };
  const hub = createTestHub(
    { ...contract, operations: [{ ...get, input: any, output: any }] },
    ({ input }) => ({ kind: "answer", output: input, headers: {} }),
  );
  const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  const asked = (depth: number) => post(hub, { query: `{ get(any: ${nested(depth)}) { any } }` });
  assert.deepEqual((await asked(60)).data, { get: { any: JSON.parse(nested(60)) } });
  const { data, error } = await asked(600);
  assert.equal(data, undefined);
  assert.match(error?.message ?? "", /JSON: nested deeper than depthMax, 64 levels/);
  assert.equal(hub.calls.length, 1);
});

test("a cost is counted through lists and fragments", async () => {
  const limits = { ...defaultGraphqlSettings.limits, costMax: 12, listLength: 10 };
  const hub = start({ limits });
  const spread =
    "query($i: String!) { list(id: $i) { ...L } } fragment L on ListResult { lines { n } }";
  assert.notEqual(
    (await post(hub, { query: spread, variables: { i: "1" } })).code,
    "RESOURCE_EXHAUSTED",
  );
  const more = spread.replace("lines { n }", "lines { n m: n }");
  assert.match((await post(hub, { query: more })).error?.message ?? "", /costs 22; costMax is 12/);
});

const forms: readonly (readonly [string, string, number, string])[] = [
  ["*/*", "{ nothing }", 200, "application/json"],
  ["application/json", "{ nothing }", 200, "application/json"],
  ["application/graphql-response+json", "{ nothing }", 400, "application/graphql-response+json"],
  [
    "application/graphql-response+json, application/json;q=0.9",
    query,
    200,
    "application/graphql-response+json",
  ],
  ["application/*;q=0.1, text/html", query, 200, "application/json"],
  ["application/json;q=0, */*", query, 200, "application/graphql-response+json"],
  ["text/html", query, 406, "application/json"],
  ["application/json; charset=latin1", query, 406, "application/json"],
];

for (const [accept, document, status, contentType] of forms) {
  test(`${document} for callers who accept ${accept}`, async () => {
    const answer = await post(start(), { query: document }, { accept });
    assert.equal(answer.status, status);
    assert.equal(answer.contentType, `${contentType}; charset=utf-8`);
  });
}

const refused: readonly (readonly [string, unknown, RegExp])[] = [
  [
    "variables of another type",
    { query: "query($i: String!) { get(id: $i) { id } }", variables: { i: 1 } },
    /String cannot represent/,
  ],
  ["no variable", { query: "query($i: String!) { get(id: $i) { id } }" }, /was not provided/],
  ["an operation that is not there", { query, operationName: "x" }, /no operation x/],
  [
    "two operations without a name",
    { query: "query A { __typename } query B { __typename }" },
    /name one/,
  ],
  ["no operation", { query: "fragment F on Query { __typename }" }, /operation|never used/],
  ["a field that is not there", { query: "{ gett { id } }" }, /Cannot query field "gett"/],
  ["no GraphQL", { query: "{" }, /Syntax Error/],
];

for (const [name, body, expected] of refused) {
  test(`a request with ${name} is told so, and calls nothing`, async () => {
    const hub = start();
    const { data, error } = await post(hub, body);
    assert.equal(data, undefined);
    assert.match(error?.message ?? "", expected);
    assert.equal(error?.extensions["exchange"], "0".repeat(32));
    assert.equal(hub.calls.length, 0);
  });
}

test("a schema is not told where an operator keeps it", async () => {
  const hub = start({ introspection: false });
  const { error } = await post(hub, { query: "{ __schema { queryType { name } } }" });
  assert.match(error?.message ?? "", /introspection/);
  assert.deepEqual((await post(hub, { query: "{ __typename }" })).data, { __typename: "Query" });
});

test("a result that is longer than a text can be is told as one that is too large", () => {
  const data = {
    get large(): unknown {
      throw new RangeError("Invalid string length");
    },
  };
  const told = JSON.parse(textOf({ data })) as { errors: { message: string }[]; data: unknown };
  assert.match(told.errors[0]?.message ?? "", /too large; ask for less at once/);
  assert.equal(told.data, null);
});
