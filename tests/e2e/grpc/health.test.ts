/** The health service that the gateway answers itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { credentials, Metadata, type GrpcObject, type ServiceError } from "@grpc/grpc-js";
import type { ServiceClientConstructor } from "@grpc/grpc-js";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { packageOf, shopProto } from "./stand.ts";

const proto = `syntax = "proto3";
package grpc.health.v1;
message HealthCheckRequest { string service = 1; }
message HealthCheckResponse {
  enum ServingStatus { UNKNOWN = 0; SERVING = 1; NOT_SERVING = 2; SERVICE_UNKNOWN = 3; }
  ServingStatus status = 1;
}
service Health {
  rpc Check(HealthCheckRequest) returns (HealthCheckResponse);
  rpc Watch(HealthCheckRequest) returns (stream HealthCheckResponse);
}
`;

test("whoever may call a service is told that it is served, others that it is not known", async (context) => {
  const gateway = await startTranslating(context, {
    text: `services:
  shop: { contract: shop.proto, http2: true, instances: ["http://127.0.0.1:1"] }
callers:
  one: { key: key-of-one-0123456789, may: ["shop.*"] }
  two: { key: key-of-two-0123456789, may: [] }
`,
    files: { "shop.proto": shopProto },
  });
  const health = ((packageOf(proto)["grpc"] as GrpcObject)["health"] as GrpcObject)["v1"];
  const Client = (health as GrpcObject)["Health"] as ServiceClientConstructor;
  const client = new Client(`127.0.0.1:${gateway.port}`, credentials.createInsecure());
  context.after(() => client.close());
  const check = (service: string, key: string): Promise<unknown> => {
    const metadata = new Metadata();
    metadata.set("x-api-key", key);
    return new Promise((resolve) => {
      client["Check"]?.({ service }, metadata, (error: ServiceError | null, answer: object) =>
        resolve(error === null ? answer : error.code),
      );
    });
  };
  const serving = { status: "SERVING" };
  assert.deepEqual(await check("", "key-of-one-0123456789"), serving);
  assert.deepEqual(await check("shop.v1.Orders", "key-of-one-0123456789"), serving);
  assert.equal(await check("shop.v1.Orders", "key-of-two-0123456789"), 5);
  assert.equal(await check("shop.v1.Others", "key-of-one-0123456789"), 5);
  assert.equal(await check("", "no-key-of-anybody-0123"), 16);
  const watched = client["Watch"]?.({ service: "" }, new Metadata()) as NodeJS.EventEmitter;
  const code = await new Promise((resolve) => {
    watched.on("error", (error: ServiceError) => resolve(error.code));
    watched.on("data", () => resolve("data"));
  });
  assert.ok(code === 12 || code === 16, String(code));
});
