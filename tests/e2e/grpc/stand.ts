/** gRPC servers and clients on the library that most teams use. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import {
  credentials,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type GrpcObject,
  type ServiceClientConstructor,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

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
  const folder = mkdtempSync(join(tmpdir(), "parlance-proto-"));
  try {
    const file = join(folder, "orders.proto");
    writeFileSync(file, proto);
    const definition = loadSync(file, { longs: String, enums: String, defaults: true });
    const shop = loadPackageDefinition(definition)["shop"] as GrpcObject;
    return (shop["v1"] as GrpcObject)["Orders"] as ServiceClientConstructor;
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
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  scope.after(() => server.forceShutdown());
  return port;
}

export function connectOrders(scope: Scope, port: number): InstanceType<ServiceClientConstructor> {
  const Orders = ordersClient(shopProto);
  const client = new Orders(`127.0.0.1:${port}`, credentials.createInsecure());
  scope.after(() => client.close());
  return client;
}
