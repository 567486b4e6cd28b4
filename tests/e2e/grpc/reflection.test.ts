/** Server reflection that the gateway answers itself, as clients of others ask for it. */
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { credentials, Metadata, type GrpcObject } from "@grpc/grpc-js";
import type { ServiceClientConstructor } from "@grpc/grpc-js";
import { GrpcReflection } from "grpc-js-reflection-client";
import { reflectionProto } from "#protocols/grpc/own-protos.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { lacksPythonModule, pythonWith } from "#tests/support/python.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";
import { connect, packageOf, shopProto, startOrders } from "./stand.ts";

const own = [
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
];

async function startBoth(context: TestContext) {
  const orders = await startOrders(context, {
    Get: (call: { request: { id: string } }, done: (error: null, answer: object) => void) =>
      done(null, { id: call.request.id, customer: "Ravi", lines: [{ sku: "tea", count: 2 }] }),
  });
  const rest = await startStandIn(context, () => ({
    headers: { "content-type": "application/json" },
    body: '{"id":"7"}',
  }));
  return startTranslating(context, {
    text: `services:
  orders: { contract: orders.proto, instances: ["http://127.0.0.1:${orders}"] }
  shop: { contract: shop.yaml, instances: ["${rest.url}/base"] }
callers:
  one: { key: key-of-one-0123456789, may: ["orders.Get", "shop.*"] }
  two: { key: key-of-two-0123456789, may: ["shop.getOrder"] }
  three: { key: key-of-three-0123456789, may: [] }
`,
    files: { "orders.proto": shopProto, "shop.yaml": shopOpenApi },
  });
}

function keyOf(name: string): Metadata {
  const metadata = new Metadata();
  metadata.set("x-api-key", `key-of-${name}-0123456789`);
  return metadata;
}

for (const version of ["v1", "v1alpha"]) {
  test(`a client without any .proto calls by what reflection ${version} tells it`, async (context) => {
    const { port } = await startBoth(context);
    const host = `127.0.0.1:${port}`;
    const client = new GrpcReflection(host, credentials.createInsecure(), {}, version);
    assert.deepEqual(await client.listServices("*", keyOf("one")), [
      "shop.v1.Orders",
      "shop.Shop",
      ...own,
    ]);
    const described = await client.getDescriptorBySymbol("shop.v1.Orders", keyOf("one"));
    const options = { longs: String, enums: String, keepCase: true };
    const shop = described.getPackageObject(options)["shop"] as GrpcObject;
    const Orders = (shop["v1"] as GrpcObject)["Orders"] as ServiceClientConstructor;
    assert.deepEqual(Object.keys(Orders.service), ["Get"]);
    const orders = connect(context, Orders, port);
    const found = await new Promise((resolve, reject) => {
      orders["Get"]?.({ id: "9007199254740993" }, keyOf("one"), (error: unknown, answer: object) =>
        error === null ? resolve(answer) : reject(error),
      );
    });
    assert.equal((found as { id: string }).id, "9007199254740993");
    assert.deepEqual((found as { lines: object }).lines, [{ sku: "tea", count: 2 }]);
  });
}

test("callers are told of what they may call, and of nothing else", async (context) => {
  const { port } = await startBoth(context);
  const host = `127.0.0.1:${port}`;
  const client = new GrpcReflection(host, credentials.createInsecure(), {}, "v1");
  assert.deepEqual(await client.listServices("*", keyOf("two")), ["shop.Shop", ...own]);
  assert.deepEqual(await client.listServices("*", keyOf("three")), own);
  const methods = await client.listMethods("shop.Shop", keyOf("two"));
  assert.deepEqual(
    methods.map(({ name }) => name),
    ["GetOrder"],
  );
  const refused = /you may not call it/;
  for (const symbol of ["shop.v1.Orders", "shop.v1.Line", "shop.Shop.PlaceOrder"]) {
    await assert.rejects(client.getDescriptorBySymbol(symbol, keyOf("two")), refused, symbol);
  }
  await assert.rejects(client.getDescriptorBySymbol("shop.Shop", keyOf("three")), refused);
  await assert.rejects(client.getDescriptorByFileName("orders.proto", keyOf("two")), /no file/);
  await assert.rejects(client.listServices("*", new Metadata()), /UNAUTHENTICATED/);
});

test("one stream has question after question, and questions without sense", async (context) => {
  const { port } = await startBoth(context);
  const grpc = packageOf(reflectionProto("grpc.reflection.v1"))["grpc"] as GrpcObject;
  const v1 = (grpc["reflection"] as GrpcObject)["v1"] as GrpcObject;
  const client = connect(context, v1["ServerReflection"] as ServiceClientConstructor, port);
  const stream = client["ServerReflectionInfo"]?.(keyOf("one")) as NodeJS.ReadWriteStream & {
    write(message: object): boolean;
  };
  let waiting: ((message: Record<string, unknown>) => void) | undefined;
  stream.on("data", (message: Record<string, unknown>) => waiting?.(message));
  const ended = new Promise((resolve) => stream.on("status", resolve));
  const ask = (request: object): Promise<Record<string, unknown>> => {
    const answer = new Promise<Record<string, unknown>>((resolve) => (waiting = resolve));
    stream.write(request);
    return answer;
  };
  const listed = await ask({ host: "here", listServices: "" });
  assert.equal(listed["validHost"], "here");
  assert.deepEqual((listed["originalRequest"] as { host: string }).host, "here");
  const codeOf = (answer: Record<string, unknown>): unknown =>
    (answer["errorResponse"] as { errorCode: number } | undefined)?.errorCode;
  assert.equal(codeOf(await ask({ fileContainingSymbol: "no.such.Thing" })), 5);
  assert.equal(codeOf(await ask({ fileByFilename: "../../etc/passwd" })), 5);
  assert.equal(codeOf(await ask({ fileByFilename: "google/rpc/status.proto" })), 5);
  assert.equal(codeOf(await ask({})), 3);
  const extension = { containingType: "shop.v1.Order", extensionNumber: 4 };
  assert.equal(codeOf(await ask({ fileContainingExtension: extension })), 5);
  assert.equal(codeOf(await ask({ allExtensionNumbersOfType: "no.such.Thing" })), 5);
  const numbers = await ask({ allExtensionNumbersOfType: "shop.v1.Order" });
  assert.deepEqual(numbers["allExtensionNumbersResponse"], {
    baseTypeName: "shop.v1.Order",
    extensionNumber: [],
  });
  const files = await ask({ fileContainingSymbol: "shop.v1.Order" });
  const found = files["fileDescriptorResponse"] as { fileDescriptorProto: Buffer[] };
  assert.equal(found.fileDescriptorProto.length, 1);
  stream.end();
  assert.equal(((await ended) as { code: number }).code, 0);
});

test(
  "python builds messages of a REST service from what it is told, and calls it",
  {
    skip: lacksPythonModule("grpc"),
  },
  async (context) => {
    const { port } = await startBoth(context);
    const folder = temporaryFolder(context);
    writeFileSync(join(folder, "reflection.proto"), reflectionProto("grpc.reflection.v1"));
    execFileSync("protoc", [`-I${folder}`, `--python_out=${folder}`, "reflection.proto"]);
    const script = fileURLToPath(new URL("call_by_reflection.py", import.meta.url));
    const call = ["shop.Shop", "GetOrder", '{"id":"7"}'];
    const { stdout } = await promisify(execFile)(pythonWith("grpc") ?? "", [
      ...[script, String(port), "key-of-one-0123456789", folder, ...call],
    ]);
    const said = JSON.parse(stdout) as { files: string[]; services: string[]; answer: object };
    assert.deepEqual(said.services, ["shop.v1.Orders", "shop.Shop", ...own]);
    assert.deepEqual(said.answer, { id: "7" });
    for (const file of ["orders.proto", "shop.proto", "grpc/health/v1/health.proto"]) {
      assert.ok(said.files.includes(file), `${file} in ${said.files.join(" ")}`);
    }
  },
);
