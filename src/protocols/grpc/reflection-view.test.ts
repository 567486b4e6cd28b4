import assert from "node:assert/strict";
import test from "node:test";
import descriptor from "protobufjs/ext/descriptor.js";
import type { HubService } from "#extension/hub.ts";
import { importProto } from "./import.ts";
import { reflectMethods } from "./reflection-files.ts";
import { createView, holdTypes, type ReflectedView } from "./reflection-view.ts";

function service(serviceName: string, text: string, offered?: readonly string[]): HubService {
  const { contract, diagnostics } = importProto({
    file: `${serviceName}.proto`,
    text: `syntax = "proto3"; ${text}`,
    read: () => undefined,
  });
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === "error"),
    [],
  );
  const own = { serviceName, contract };
  return offered === undefined ? own : { ...own, offered: new Set(offered) };
}

/** What those see who may call everything but what is `hidden`. */
function viewOf(services: readonly HubService[], hidden: readonly string[] = []): ReflectedView {
  const methods = reflectMethods(services, []);
  const shown = methods.filter(({ path }) => !hidden.includes(path));
  return createView(shown, holdTypes(methods));
}

interface File {
  readonly name: string;
  readonly dependency?: readonly string[];
  readonly messageType?: readonly { readonly name: string }[];
}

function filesOf(view: ReflectedView, file: string): readonly File[] {
  const { FileDescriptorProto } = descriptor;
  const found = view.descriptors(file) ?? [];
  return found.map(
    (bytes) => FileDescriptorProto.toObject(FileDescriptorProto.decode(bytes)) as File,
  );
}

function messagesIn({ messageType = [] }: File): readonly string[] {
  return messageType.map(({ name }) => name);
}

const key = "message Key { int64 id = 1; }";
const carts = service(
  "carts",
  `package a; service Carts { rpc Get(Key) returns (Cart); } ${key}
  message Cart { string name = 1; } `,
);
const orders = service(
  "orders",
  `package a; service Orders {
    rpc Get(Key) returns (Order); rpc Drop(Reason) returns (Key);
  } ${key} message Order { Cart cart = 1; } message Cart { string name = 1; }
  message Reason { string text = 1; }`,
);

test("a message that two services have in common stands in one file, which the other imports", () => {
  const [own, other] = filesOf(viewOf([carts, orders]), "orders.proto");
  assert.deepEqual(own?.dependency?.toSorted(), ["carts.proto"]);
  assert.deepEqual(messagesIn(own).toSorted(), ["Order", "Reason"]);
  assert.equal(other?.name, "carts.proto");
  assert.deepEqual(messagesIn(other).toSorted(), ["Cart", "Key"]);
});

test("a message in the file of a service that is hidden is told without that service", () => {
  const view = viewOf([carts, orders], ["/a.Carts/Get"]);
  assert.deepEqual(view.services, ["a.Orders"]);
  assert.equal(view.fileOf("a.Carts"), undefined);
  const file = filesOf(view, "carts.proto")[0] as File & { readonly service?: readonly object[] };
  assert.deepEqual(file.service ?? [], []);
  assert.deepEqual(messagesIn(file).toSorted(), ["Cart", "Key"]);
});

test("messages that only hidden methods need are hidden, too", () => {
  const view = viewOf([orders], ["/a.Orders/Drop"]);
  const [file] = filesOf(view, "orders.proto");
  assert.ok(file !== undefined);
  assert.deepEqual(messagesIn(file).toSorted(), ["Cart", "Key", "Order"]);
  assert.equal(view.fileOf("a.Reason"), undefined);
  assert.equal(view.fileOf("a.Reason.text"), undefined);
  assert.equal(view.fileOf("a.Order.cart"), "orders.proto");
});

test("messages of the same name that differ stay in the files of their services", () => {
  const other = service(
    "other",
    `package a; service Other { rpc Get(Key) returns (Key); }
    message Key { string id = 1; }`,
  );
  const view = viewOf([carts, other]);
  assert.deepEqual(messagesIn(filesOf(view, "other.proto")[0] as File), ["Key"]);
  assert.equal(view.fileOf("a.Key"), "carts.proto");
});

test("what an operator does not offer in gRPC is not told", () => {
  const some = { ...orders, offered: new Set(["Get"]) };
  const view = viewOf([some]);
  assert.equal(view.fileOf("a.Orders.Drop"), undefined);
  assert.equal(view.fileOf("a.Orders.Get"), "orders.proto");
});

test("files of google come whole, and only where something visible imports them", () => {
  const timed = service(
    "timed",
    `package t; import "google/protobuf/timestamp.proto";
    import "google/protobuf/wrappers.proto";
    service Timed { rpc Get(At) returns (At); }
    message At { google.protobuf.Timestamp at = 1; google.protobuf.Int64Value count = 2; }`,
  );
  const view = viewOf([timed]);
  const files = filesOf(view, "timed.proto");
  const names = files.map(({ name }) => name).toSorted();
  const google = ["google/protobuf/timestamp.proto", "google/protobuf/wrappers.proto"];
  assert.deepEqual(names, [...google, "timed.proto"]);
  const wrappers = files.find(({ name }) => name.endsWith("wrappers.proto"));
  assert.equal(messagesIn(wrappers as File).length, 9);
  assert.equal(view.fileOf("google.protobuf.Timestamp"), google[0]);
  assert.equal(view.descriptors("google/protobuf/any.proto"), undefined);
});

test("a service without a package and one of several packages have their files", () => {
  const bare = service("bare", `service Bare { rpc Get(Key) returns (Key); } ${key}`);
  const view = viewOf([bare]);
  assert.deepEqual(view.services, ["Bare"]);
  assert.equal(view.fileOf("Key"), "bare.proto");
  const [first] = carts.contract.operations;
  assert.ok(first !== undefined);
  const moved = { ...first, id: "Moved", grpc: { service: "b.Moved", method: "Get" } };
  const contract = { ...carts.contract, operations: [first, moved] };
  const both = viewOf([{ serviceName: "both", contract }]);
  assert.deepEqual(both.services, ["a.Carts", "b.Moved"]);
  assert.equal(both.fileOf("b.Moved"), "both/b.proto");
});
