/** A gRPC service at the REST addresses of its `google.api.http`, every one of them. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { serveProto } from "#tests/e2e/grpc/http-stand.ts";

const proto = `syntax = "proto3";
package desk.v1;
import "google/api/annotations.proto";
service Desk {
  rpc Find(Query) returns (Ticket) { option (google.api.http) = { get: "/v1/tickets/{id}" }; }
  rpc Change(Ticket) returns (Ticket) {
    option (google.api.http) = {
      put: "/v1/tickets/{id}" body: "*"
      additional_bindings { patch: "/v1/tickets/{id}" body: "text" }
      additional_bindings { post: "/v1/desks/{desk}/tickets" body: "*" response_body: "text" }
    };
  }
}
message Query { string id = 1; int64 version = 2; repeated string tags = 3; }
message Ticket { string id = 1; Text text = 2; string desk = 3; repeated string tags = 4; }
message Text { string title = 1; int64 length = 2; }
`;

async function start(context: TestContext) {
  return serveProto(context, {
    ...{ name: "desk", proto, service: ["desk", "v1", "Desk"], defaults: true },
    callers: `  all: { key: key-of-all-0123456789, may: ["desk.*"] }
  some: { key: key-of-some-0123456789, may: ["desk.Find"] }
`,
    answer: (method, request) =>
      method === "Find"
        ? { ...request, text: { title: "found", length: "9007199254740993" } }
        : request,
  });
}

test("a GET has its path and its query in the message", async (context) => {
  const { heard, ask } = await start(context);
  const { status, body } = await ask(
    "GET",
    "/v1/tickets/a%20b?version=9007199254740993&tags=x&tags=y",
  );
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(heard, [["Find", { id: "a b", version: "9007199254740993", tags: ["x", "y"] }]]);
  assert.deepEqual((body as { text: object }).text, { title: "found", length: "9007199254740993" });
});

test("body * is the whole message but for the path, a named body one field of it", async (context) => {
  const { heard, ask } = await start(context);
  const text = { title: "t", length: "3" };
  const put = await ask("PUT", "/v1/tickets/7", { text, desk: "d", tags: ["x"] });
  assert.deepEqual(put.body, { id: "7", text, desk: "d", tags: ["x"] });
  const patch = await ask("PATCH", "/v1/tickets/8?desk=e&tags=x", text);
  assert.deepEqual(patch.body, { id: "8", text, desk: "e", tags: ["x"] });
  assert.equal(heard.length, 2);
});

test("a response_body is one field of the answer", async (context) => {
  const { ask } = await start(context);
  const { status, body } = await ask("POST", "/v1/desks/d1/tickets", { text: { title: "t" } });
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(body, { title: "t", length: "0" });
});

test("who may not call the operation may not at any of its addresses", async (context) => {
  const { heard, ask } = await start(context);
  for (const [method, path] of [
    ["PUT", "/v1/tickets/7"],
    ["PATCH", "/v1/tickets/7"],
    ["POST", "/v1/desks/d1/tickets"],
  ] as const) {
    assert.equal((await ask(method, path, {}, "some")).status, 403, `${method} ${path}`);
  }
  assert.equal((await ask("GET", "/v1/tickets/7", undefined, "some")).status, 200);
  assert.equal(heard.length, 1);
});

test("the description has every address", async (context) => {
  const { ask } = await start(context);
  const { body } = await ask("GET", "/openapi.json");
  const { paths } = body as { paths: Record<string, Record<string, { operationId: string }>> };
  const told = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => [method, path, operationId]),
  );
  assert.deepEqual(told, [
    ["get", "/v1/tickets/{id}", "Find"],
    ["put", "/v1/tickets/{id}", "Change"],
    ["patch", "/v1/tickets/{id}", "Change_2"],
    ["post", "/v1/desks/{desk}/tickets", "Change_3"],
  ]);
});
