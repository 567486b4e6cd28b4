/** The health service that the gateway answers itself. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import {
  credentials,
  Metadata,
  type ClientReadableStream,
  type GrpcObject,
  type ServiceClientConstructor,
  type ServiceError,
  type StatusObject,
} from "@grpc/grpc-js";
import { healthProto } from "#protocols/grpc/own-protos.ts";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { packageOf, shopProto } from "./stand.ts";

const text = `services:
  shop: { contract: shop.proto, http2: true, instances: ["http://127.0.0.1:1"] }
callers:
  one: { key: key-of-one-0123456789, may: ["shop.*"] }
  two: { key: key-of-two-0123456789, may: [] }
`;

type Client = InstanceType<ServiceClientConstructor>;

async function startHealth(context: TestContext) {
  const gateway = await startTranslating(context, { text, files: { "shop.proto": shopProto } });
  const health = ((packageOf(healthProto)["grpc"] as GrpcObject)["health"] as GrpcObject)["v1"];
  const Health = (health as GrpcObject)["Health"] as ServiceClientConstructor;
  const client: Client = new Health(`127.0.0.1:${gateway.port}`, credentials.createInsecure());
  context.after(() => client.close());
  return { ...gateway, client };
}

function keyOf(name: string): Metadata {
  const metadata = new Metadata();
  metadata.set("x-api-key", `key-of-${name}-0123456789`);
  return metadata;
}

/** The answer, or the code of the error. */
function call(client: Client, method: string, service: string, key: string): Promise<unknown> {
  return new Promise((resolve) => {
    client[method]?.({ service }, keyOf(key), (error: ServiceError | null, answer: object) =>
      resolve(error === null ? answer : error.code),
    );
  });
}

test("whoever may call a service is told that it is served, others that it is not known", async (context) => {
  const { client } = await startHealth(context);
  const serving = { status: "SERVING" };
  assert.deepEqual(await call(client, "Check", "", "one"), serving);
  assert.deepEqual(await call(client, "Check", "shop.v1.Orders", "one"), serving);
  assert.equal(await call(client, "Check", "shop.v1.Orders", "two"), 5);
  assert.equal(await call(client, "Check", "shop.v1.Others", "one"), 5);
  assert.equal(await call(client, "Check", "", "nobody"), 16);
});

test("what is listed are the services that the caller may call", async (context) => {
  const { client } = await startHealth(context);
  const serving = { status: "SERVING" };
  const all = { statuses: { "": serving, "shop.v1.Orders": serving } };
  assert.deepEqual(await call(client, "List", "", "one"), all);
  assert.deepEqual(await call(client, "List", "", "two"), { statuses: { "": serving } });
});

/** What was heard, and how it ended. */
function watch(client: Client, service: string, key: string) {
  const stream = client["Watch"]?.({ service }, keyOf(key)) as ClientReadableStream<object>;
  const heard: object[] = [];
  const first = new Promise<void>((resolve) => {
    stream.on("data", (status: object) => {
      heard.push(status);
      resolve();
    });
  });
  const ended = new Promise<StatusObject>((resolve) => stream.on("status", resolve));
  const code = ended.then((status) => status.code);
  const words = ended.then(({ details }) => details);
  stream.on("error", () => undefined);
  return { stream, heard, first, code, words };
}

test("who watches is told once, and again after another configuration came", async (context) => {
  const { client, gateway, revision } = await startHealth(context);
  const known = watch(client, "shop.v1.Orders", "one");
  const unknown = watch(client, "shop.v1.Orders", "two");
  await Promise.all([known.first, unknown.first]);
  gateway.take({ ...revision, id: "another" });
  assert.deepEqual(await Promise.all([known.code, unknown.code]), [14, 14]);
  assert.deepEqual(known.heard, [{ status: "SERVING" }]);
  assert.deepEqual(unknown.heard, [{ status: "SERVICE_UNKNOWN" }]);
});

test("who watches does not keep a gateway from stopping, and is told so", async (context) => {
  const { client, gateway } = await startHealth(context);
  const { first, code, words } = watch(client, "", "one");
  await first;
  const drained = gateway.drain();
  assert.equal(await code, 14);
  assert.match(await words, /is stopping: watch again/);
  await drained;
});

test("who no longer watches has no exchange left", async (context) => {
  const { client, done } = await startHealth(context);
  const { stream, first, code } = watch(client, "", "one");
  await first;
  stream.cancel();
  assert.equal(await code, 1);
  for (let count = 0; done.length === 0 && count < 100; count++) await delay(20);
  assert.equal(done[0]?.aborted, true);
});
