/** gRPC servers and clients on the library that most teams use. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import {
  credentials,
  type ChannelOptions,
  loadPackageDefinition,
  Server,
  type GrpcObject,
  type ServiceClientConstructor,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { listenGrpc } from "#tests/support/listen-grpc.ts";
import { standardProtocols } from "#app/standard-protocols.ts";
import type { Protocol } from "#extension/protocol.ts";

type Scope = Pick<TestContext, "after">;

export const shopProto = `syntax = "proto3";
package shop.v1;
service Orders {
  // Looks one up.
  rpc Get(Key) returns (Order) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc Place(Order) returns (Key);
  rpc Watch(Key) returns (stream Order);
  rpc Add(stream Line) returns (Order);
  rpc Chat(stream Line) returns (stream Line);
}
message Key { int64 id = 1; }
message Order {
  int64 id = 1; string customer = 2; repeated Line lines = 3; optional double weight = 4;
  Kind kind = 5;
}
message Line { string sku = 1; uint32 count = 2; }
enum Kind { PLAIN = 0; RUSH = 1; }
`;

function ordersClient(proto: string): ServiceClientConstructor {
  const shop = packageOf(proto)["shop"] as GrpcObject;
  return (shop["v1"] as GrpcObject)["Orders"] as ServiceClientConstructor;
}

/** What `parlance describe --as proto` writes of a contract. */
export function describedProto(serviceName: string, file: string, text: string): string {
  const fitness = (one: Protocol): number => one.importer?.recognize(text, file) ?? 0;
  const [own] = [...standardProtocols].sort((one, other) => fitness(other) - fitness(one));
  const contract = own?.importer?.import({
    file: `/${file}`,
    text,
    read: () => undefined,
  }).contract;
  assert.ok(contract, `nobody reads ${file}`);
  const { describe } = standardProtocols.find(({ name }) => name === "grpc") as Protocol;
  assert.ok(describe);
  return describe({ serviceName, contract }, { address: "http://127.0.0.1" }).text;
}

/** What the library makes of a .proto. */
export function packageOf(proto: string): GrpcObject {
  const folder = mkdtempSync(join(tmpdir(), "parlance-proto-"));
  try {
    const file = join(folder, "one.proto");
    writeFileSync(file, proto);
    const definition = loadSync(file, { longs: String, enums: String, defaults: true });
    return loadPackageDefinition(definition);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function startOrders(
  scope: Scope,
  implementation: UntypedServiceImplementation,
): Promise<number> {
  const server = new Server();
  server.addService(ordersClient(shopProto).service, implementation);
  return listenGrpc(scope, server);
}

export function connectOrders(
  scope: Scope,
  port: number,
  options: ChannelOptions = {},
): InstanceType<ServiceClientConstructor> {
  return connect(scope, ordersClient(shopProto), port, options);
}

export function connect(
  scope: Scope,
  Client: ServiceClientConstructor,
  port: number,
  options: ChannelOptions = {},
): InstanceType<ServiceClientConstructor> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), options);
  scope.after(() => client.close());
  return client;
}
