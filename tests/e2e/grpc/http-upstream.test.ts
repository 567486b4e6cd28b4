/** A service of REST whose addresses stand in a .proto file, called in gRPC and JSON-RPC. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { credentials, loadPackageDefinition, type GrpcObject } from "@grpc/grpc-js";
import type { ServiceClientConstructor, ServiceError } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { writeGoogleFiles } from "#tests/e2e/grpc/http-stand.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { listenHttp } from "#tests/support/listen-http.ts";

const proto = `syntax = "proto3";
package topics.v1;
import "google/api/annotations.proto";
service Publisher {
  rpc GetTopic(TopicRequest) returns (Topic) {
    option (google.api.http) = { get: "/v1/{topic=projects/*/topics/*}" };
  }
  rpc GetProject(TopicRequest) returns (Topic) {
    option (google.api.http) = { get: "/v1/{topic=projects/*}" };
  }
  rpc GetAny(TopicRequest) returns (Topic) { option (google.api.http) = { get: "/v1/{topic=**}" }; }
  rpc ListTopics(ListTopicsRequest) returns (Topic) {
    option (google.api.http) = { get: "/v1/{project=projects/*}/topics" };
  }
  rpc UpdateTopic(UpdateTopicRequest) returns (Topic) {
    option (google.api.http) = { patch: "/v1/{topic.name=projects/*/topics/*}" body: "topic" };
  }
  rpc Drop(TopicRequest) returns (Topic) {
    option (google.api.http) = { post: "/v1/{topic=projects/*}:drop" body: "*" };
  }
  rpc Seek(TopicRequest) returns (Topic) {
    option (google.api.http) = { post: "/v1/{topic=projects/*}:seek" body: "*" };
  }
}
message TopicRequest { string topic = 1; }
message ListTopicsRequest { string project = 1; Page page = 2; map<string, string> labels = 3; }
message Page { int32 size = 1; string token = 2; }
message UpdateTopicRequest { Topic topic = 1; bool dry_run = 2; }
message Topic { string name = 1; string title = 2; }
`;

type Call = (request: object, done: (error: ServiceError | null, answer: object) => void) => void;

async function start(context: TestContext, callers = "") {
  const asked: string[] = [];
  const url = await listenHttp(context, (request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const body = Buffer.concat(pieces).toString();
      asked.push([request.method, request.url, ...(body === "" ? [] : [body])].join(" "));
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ name: request.url, title: "t" }));
    });
  });
  const gateway = await startTranslating(context, {
    text: `services:
  topics: { contract: topics.proto, speaks: rest, instances: ["${url}"] }
${callers}`,
    files: { "topics.proto": proto },
  });
  const folder = temporaryFolder(context);
  writeGoogleFiles(folder);
  writeFileSync(join(folder, "topics.proto"), proto);
  const loaded = loadPackageDefinition(loadSync("topics.proto", { includeDirs: [folder] }));
  const v1 = (loaded["topics"] as GrpcObject)["v1"] as GrpcObject;
  const Publisher = v1["Publisher"] as ServiceClientConstructor;
  const client = new Publisher(`127.0.0.1:${gateway.port}`, credentials.createInsecure());
  context.after(() => client.close());
  const call = (method: string, request: object): Promise<object | string> =>
    new Promise((resolve) => {
      const run = (client[method] as Call).bind(client);
      run(request, (error, answer) => {
        resolve(error === null ? answer : `${error.code} ${error.details}`);
      });
    });
  return { asked, call, url: gateway.url };
}

test("values of several segments stand in the path of the service, and members in its query", async (context) => {
  const { asked, call } = await start(context);
  const got = await call("GetTopic", { topic: "projects/a b/topics/c:d" });
  assert.deepEqual(got, { name: "/v1/projects/a%20b/topics/c%3Ad", title: "t" });
  await call("ListTopics", { project: "projects/1", page: { size: 3, token: "x/y" } });
  await call("UpdateTopic", { topic: { name: "projects/1/topics/2", title: "T" }, dryRun: true });
  await call("Seek", { topic: "projects/1" });
  await call("GetAny", { topic: "folders/1/2" });
  assert.deepEqual(asked, [
    "GET /v1/projects/a%20b/topics/c%3Ad",
    "GET /v1/projects/1/topics?page.size=3&page.token=x%2Fy",
    'PATCH /v1/projects/1/topics/2?dryRun=true {"name":"projects/1/topics/2","title":"T"}',
    'POST /v1/projects/1:seek {"topic":"projects/1"}',
    "GET /v1/folders/1/2",
  ]);
});

test("what does not fit its pattern does not reach the service, and the caller is told why", async (context) => {
  const { asked, call } = await start(context);
  const refused: readonly (readonly [string, object, RegExp])[] = [
    [
      "GetTopic",
      { topic: "projects/1/../topics" },
      /"3 .*`topic`.*does not fit the path; expected `projects\/\*\/topics\/\*`/,
    ],
    ["GetTopic", { topic: "projects/../topics/x" }, /"3 .*`\.\.` segment/],
    ["GetAny", { topic: "projects/1" }, /"3 .*is the address of GetProject/],
    [
      "ListTopics",
      { project: "projects/1", labels: { a: "b" } },
      /"3 .*labels has no place in GET/,
    ],
  ];
  for (const [method, request, reason] of refused) {
    assert.match(JSON.stringify(await call(method, request)), reason);
  }
  assert.deepEqual(asked, []);
});

test("the same holds for callers in JSON-RPC, in their dialect", async (context) => {
  const { asked, url } = await start(context);
  const ask = async (params: object) => {
    const response = await fetch(`${url}/rpc/topics`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "GetTopic", params }),
    });
    return (await response.json()) as {
      result?: object;
      error?: { code: number; message: string };
    };
  };
  const { result } = await ask({ topic: "projects/1/topics/2" });
  assert.deepEqual(result, { name: "/v1/projects/1/topics/2", title: "t" });
  const { error } = await ask({ topic: "topics/2" });
  assert.equal(error?.code, -32602);
  assert.match(JSON.stringify(error), /does not fit the path/);
  assert.equal(asked.length, 1);
});

test("requests that pass as they are reach no operation but the one that is allowed", async (context) => {
  const may = 'may: ["topics.Seek", "topics.GetAny"]';
  const { asked, url } = await start(
    context,
    `callers: { one: { key: key-of-one-0123456789, ${may} } }`,
  );
  const ask = async (method: string, path: string) => {
    const body = method === "POST" ? { body: "{}" } : {};
    const headers = { "x-api-key": "key-of-one-0123456789", "content-type": "application/json" };
    return (await fetch(`${url}/topics/v1${path}`, { method, headers, ...body })).status;
  };
  assert.equal(await ask("POST", "/projects/1:seek"), 200);
  assert.equal(await ask("GET", "/folders/1/2/3"), 200);
  assert.equal(await ask("POST", "/projects/1:drop"), 403);
  assert.equal(await ask("GET", "/projects/1"), 403);
  assert.equal(await ask("GET", "/projects/1/topics/2"), 403);
  assert.deepEqual(asked, ["POST /v1/projects/1:seek {}", "GET /v1/folders/1/2/3"]);
});
