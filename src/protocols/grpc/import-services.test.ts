import assert from "node:assert/strict";
import test from "node:test";
import descriptor from "protobufjs/ext/descriptor.js";
import { importProto } from "./import.ts";
import { encodeDescriptorFile, readDescriptorFile } from "./descriptor-file.ts";

/** @param files texts of .proto files without imports. */
function setOf(files: readonly string[]): Buffer {
  const file = files.map((text, index) => {
    const read = readDescriptorFile(`f${index}.proto`, text);
    const services = read.services.map(({ name, methods }) => ({
      name,
      methods: methods.map(({ proto }) => proto),
    }));
    const bytes = encodeDescriptorFile(read, { dependencies: [], types: read.types, services });
    return descriptor.FileDescriptorProto.decode(bytes);
  });
  return Buffer.from(descriptor.FileDescriptorSet.encode({ file }).finish());
}

const fileOf = (packageName: string, services: string) => `syntax = "proto3";
package ${packageName};
${services}
message Key { string id = 1; }
`;

test("operations of services that share names have ids of their own", () => {
  const bytes = setOf([
    fileOf("shop.v1", "service Orders { rpc Get(Key) returns (Key); rpc Old(Key) returns (Key); }"),
    fileOf("shop.v2", "service Orders { rpc Get(Key) returns (Key); }"),
    fileOf("shop.v3", "service Carts { rpc Get(Key) returns (Key); }"),
  ]);
  const { contract, diagnostics } = importProto({
    file: "shop.binpb",
    text: bytes.toString(),
    bytes,
    read: () => undefined,
  });
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(
    contract.operations.map(({ id, grpc }) => [id, grpc?.service, grpc?.method]),
    [
      ["shop_v1_Orders_Get", "shop.v1.Orders", "Get"],
      ["Old", "shop.v1.Orders", "Old"],
      ["shop_v2_Orders_Get", "shop.v2.Orders", "Get"],
      ["Carts_Get", "shop.v3.Carts", "Get"],
    ],
  );
});
