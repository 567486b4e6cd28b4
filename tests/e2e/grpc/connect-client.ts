/** Callers on Connect's own library, by descriptors that protobufjs makes of a .proto. */
import assert from "node:assert/strict";
import { createFileRegistry, fromBinary, type DescService } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema, type FileDescriptorSet } from "@bufbuild/protobuf/wkt";
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";

interface Described {
  toDescriptor(syntax: string): protobuf.Message;
}

/** @param proto one file, all of whose types stand in its package itself. */
export function serviceOf(proto: string, name: string): DescService {
  const { root } = protobuf.parse(proto, { keepCase: true });
  root.resolveAll();
  const described = (root as unknown as Described).toDescriptor("proto3");
  const bytes = descriptor.FileDescriptorSet.encode(described).finish();
  const set = fromBinary(FileDescriptorSetSchema, bytes);
  qualifyNames(set);
  const service = createFileRegistry(set).getService(name);
  assert.ok(service, `there is no service ${name}`);
  return service;
}

/** Names of types are to be whole in descriptors; protobufjs leaves them as they are written. */
function qualifyNames({ file }: FileDescriptorSet): void {
  for (const one of file) {
    const whole = (type: string): string =>
      type === "" || type.startsWith(".") ? type : `.${one.package}.${type}`;
    for (const field of one.messageType.flatMap((message) => message.field)) {
      field.typeName = whole(field.typeName);
      field.jsonName ||= field.name;
    }
    for (const method of one.service.flatMap((service) => service.method)) {
      method.inputType = whole(method.inputType);
      method.outputType = whole(method.outputType);
    }
  }
}
