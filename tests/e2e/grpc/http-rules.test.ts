/** A gRPC service at the REST addresses of its `google.api.http`, every one of them. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { loadPackageDefinition, Server, ServerCredentials, type GrpcObject } from "@grpc/grpc-js";
import type { ServiceClientConstructor, UntypedServiceImplementation } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { googleFile } from "#protocols/grpc/google/files.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { startTranslating } from "#tests/e2e/translate/stand.ts";

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
  const folder = temporaryFolder(context);
  const files = ["google/api/annotations.proto", "google/api/http.proto"];
  for (const path of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), googleFile(path) ?? "");
  }
  writeFileSync(join(folder, "desk.proto"), proto);
  const options = { includeDirs: [folder], longs: String, defaults: true };
  const desk = loadPackageDefinition(loadSync("desk.proto", options))["desk"] as GrpcObject;
  const Desk = (desk["v1"] as GrpcObject)["Desk"] as ServiceClientConstructor;
  const server = new Server();
  const heard: object[] = [];
  const implementation: UntypedServiceImplementation = {
    Find: (call: { request: object }, done: (error: null, answer: object) => void) => {
      heard.push(call.request);
      done(null, { ...call.request, text: { title: "found", length: "9007199254740993" } });
    },
    Change: (call: { request: object }, done: (error: null, answer: object) => void) => {
      heard.push(call.request);
      done(null, call.request);
    },
  };
  server.addService(Desk.service, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  context.after(() => server.forceShutdown());
  const gateway = await startTranslating(context, {
    text: `services:
  desk: { contract: desk.proto, instances: ["http://127.0.0.1:${port}"] }
callers:
  all: { key: key-of-all-0123456789, may: ["desk.*"] }
  some: { key: key-of-some-0123456789, may: ["desk.Find"] }
`,
    files: { "desk.proto": proto },
  });
  const ask = async (method: string, path: string, body?: object, key = "all") => {
    const response = await fetch(`${gateway.url}/desk${path}`, {
      method,
      headers: { "content-type": "application/json", "x-api-key": `key-of-${key}-0123456789` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  };
  return { heard, ask };
}

test("a GET has its path and its query in the message", async (context) => {
  const { heard, ask } = await start(context);
  const { status, body } = await ask(
    "GET",
    "/v1/tickets/a%20b?version=9007199254740993&tags=x&tags=y",
  );
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(heard, [{ id: "a b", version: "9007199254740993", tags: ["x", "y"] }]);
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
