/** Contracts of gRPC servers by what they tell of themselves, and by descriptor sets. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { loadPackageDefinition, Server, type GrpcObject } from "@grpc/grpc-js";
import type { ServiceClientConstructor, UntypedServiceImplementation } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { ReflectionService } from "@grpc/reflection";
import { checkConfiguration } from "#app/check-configuration.ts";
import { importService, type ImportOutcome } from "#app/import-service.ts";
import { nodePlatform } from "#base/platform.ts";
import { googleFile } from "#protocols/grpc/google/files.ts";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { listenGrpc } from "#tests/support/listen-grpc.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { lacks } from "#tests/support/tools.ts";

const proto = `syntax = "proto3";
package stock.v1;
import "google/api/annotations.proto";
import "stock/item.proto";
service Stock {
  rpc Count(Key) returns (Item) { option (google.api.http) = { get: "/v1/items/{sku}" }; }
  rpc Watch(Key) returns (stream Item);
}
message Key { string sku = 1; }
`;
const itemProto = `syntax = "proto3";
package stock.v1;
import "google/protobuf/timestamp.proto";
message Item {
  string sku = 1;
  int64 count = 2;
  google.protobuf.Timestamp counted_at = 3;
  oneof place { string shelf = 4; Bin bin = 5; }
  message Bin { uint32 row = 1; map<string, bool> marks = 2; }
}
`;

const item = {
  ...{ sku: "tea", count: "9007199254740993", countedAt: { seconds: "1700000000", nanos: 0 } },
  bin: { row: 4, marks: { cold: true } },
};

/** The files on disk, as a team has them. */
function writeProtos(context: TestContext): string {
  const folder = temporaryFolder(context);
  execFileSync("mkdir", ["-p", join(folder, "stock"), join(folder, "google/api")]);
  writeFileSync(join(folder, "stock/stock.proto"), proto);
  writeFileSync(join(folder, "stock/item.proto"), itemProto);
  for (const path of ["google/api/annotations.proto", "google/api/http.proto"]) {
    writeFileSync(join(folder, path), googleFile(path) ?? "");
  }
  return folder;
}

async function startServer(context: TestContext, reflects: boolean): Promise<number> {
  const folder = writeProtos(context);
  const options = { includeDirs: [folder], longs: String, enums: String, oneofs: true };
  const definition = loadSync("stock/stock.proto", options);
  const loaded = loadPackageDefinition(definition)["stock"] as GrpcObject;
  const Stock = (loaded["v1"] as GrpcObject)["Stock"] as ServiceClientConstructor;
  const server = new Server();
  const implementation: UntypedServiceImplementation = {
    Count: (_call: unknown, done: (error: null, answer: object) => void) => done(null, item),
    Watch: (call: { write(answer: object): void; end(): void }) => {
      call.write(item);
      call.end();
    },
  };
  server.addService(Stock.service, implementation);
  if (reflects) new ReflectionService(definition).addToServer(server);
  return listenGrpc(context, server);
}

function configure(context: TestContext): string {
  const path = join(temporaryFolder(context), "parlance.yaml");
  const text = 'version: 1\nservices:\n  x: { instances: ["http://127.0.0.1:1"] }\ncallers: open\n';
  nodePlatform.files.writeNew(path, text);
  return path;
}

const importFrom = (configPath: string, source: string, name?: string): Promise<ImportOutcome> =>
  importService({ configPath, source, name, instances: [] }, nodePlatform);

for (const scheme of ["grpc", "http"]) {
  test(`a running server is asked by ${scheme}:// and called in REST from then on`, async (context) => {
    const port = await startServer(context, true);
    const configPath = configure(context);
    const outcome = await importFrom(configPath, `${scheme}://127.0.0.1:${port}`);
    assert.equal(outcome.kind, "added", JSON.stringify(outcome));
    if (outcome.kind !== "added") return;
    assert.deepEqual(outcome.diagnostics, []);
    assert.equal(outcome.service, "stock");
    assert.equal(outcome.dialect, "grpc");
    assert.equal(outcome.contract, "contracts/stock.binpb");
    assert.deepEqual(outcome.instances, [`http://127.0.0.1:${port}`]);
    assert.deepEqual(
      outcome.operations.map(({ id, mode }) => [id, mode]),
      [
        ["Count", "unary"],
        ["Watch", "server-stream"],
      ],
    );
    const { revision } = await checkConfiguration(
      { path: configPath },
      nodePlatform.files,
      () => undefined,
    );
    assert.ok(revision);
    const gateway = await startTranslating(context, {
      text: `services:\n  stock: { contract: s.binpb, instances: ["http://127.0.0.1:${port}"] }`,
      files: { "s.binpb": nodePlatform.files.read(join(configPath, "../contracts/stock.binpb")) },
    });
    const response = await fetch(`${gateway.url}/stock/Count`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"sku":"tea"}',
    });
    assert.equal(response.status, 200, await response.clone().text());
    assert.deepEqual(await response.json(), { ...item, countedAt: "2023-11-14T22:13:20Z" });
  });
}

test("a server without reflection says so, with what to do", async (context) => {
  const port = await startServer(context, false);
  const outcome = await importFrom(configure(context), `grpc://127.0.0.1:${port}`);
  assert.equal(outcome.kind, "refused");
  assert.match(
    outcome.kind === "refused" ? outcome.message : "",
    /has no reflection.*descriptor set/,
  );
});

test("where nobody speaks gRPC it is said so, and why", async (context) => {
  const outcome = await importFrom(configure(context), "grpc://127.0.0.1:1");
  assert.equal(
    outcome.kind === "refused" && outcome.message,
    "127.0.0.1:1 is not there, or speaks no gRPC: ECONNREFUSED",
  );
});

test(
  "a descriptor set of protoc gives a service its REST addresses",
  {
    skip: lacks("protoc"),
  },
  async (context) => {
    const port = await startServer(context, false);
    const folder = writeProtos(context);
    const set = join(folder, "stock.binpb");
    execFileSync("protoc", [
      ...[`-I${folder}`, "--include_imports", `--descriptor_set_out=${set}`, "stock/stock.proto"],
    ]);
    const configPath = configure(context);
    const outcome = await importService(
      { configPath, source: set, name: undefined, instances: [`http://127.0.0.1:${port}`] },
      nodePlatform,
    );
    assert.equal(outcome.kind, "added", JSON.stringify(outcome));
    assert.equal(outcome.kind === "added" && outcome.service, "stock");
    const gateway = await startTranslating(context, {
      text: `services:\n  stock: { contract: s.pb, instances: ["http://127.0.0.1:${port}"] }`,
      files: { "s.pb": nodePlatform.files.read(set) },
    });
    const response = await fetch(`${gateway.url}/stock/v1/items/tea`);
    assert.equal(response.status, 200, await response.clone().text());
    assert.equal(((await response.json()) as { count: string }).count, item.count);
  },
);
