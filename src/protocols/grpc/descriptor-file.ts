/**
 * One .proto file as descriptors (google/protobuf/descriptor.proto), in units that can be left out:
 * methods, and messages and enums at its top with all that stands in them.
 */
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import { describeEnum, describeMessage } from "./descriptor-types.ts";
import { googleFile } from "./google/files.ts";

export interface DescriptorFile {
  readonly name: string;
  readonly packageName: string;
  readonly syntax: "proto2" | "proto3";
  readonly imports: readonly string[];
  readonly types: readonly TypeUnit[];
  readonly services: readonly ServiceUnit[];
}

/** A message or an enum. */
export interface TypeUnit {
  readonly kind: "messageType" | "enumType";
  readonly name: string;
  readonly proto: object;
  /** Full names, without a leading dot, of what it refers to. */
  readonly references: ReadonlySet<string>;
  /** Full names of what stands in it, itself and members included. */
  readonly symbols: readonly string[];
}

interface ServiceUnit {
  readonly name: string;
  readonly methods: readonly {
    readonly name: string;
    readonly proto: object;
    readonly references: readonly string[];
  }[];
}

const parsing = { keepCase: true, alternateCommentMode: true } as const;

/** @param text imports the files alone that are known to all (google/). */
export function readDescriptorFile(name: string, text: string): DescriptorFile {
  const root = new protobuf.Root();
  const { package: packageName = "", imports = [] } = protobuf.parse(text, root, parsing);
  const scope = packageName === "" ? root : (root.lookup(packageName) as protobuf.Namespace);
  // What it imports may be of the same package.
  const own = [...(scope?.nestedArray ?? [])];
  const pending = [...imports];
  const known = new Set([name]);
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const found = known.has(path) ? undefined : googleFile(path);
    known.add(path);
    if (found === undefined) continue;
    pending.push(...(protobuf.parse(found, root, parsing).imports ?? []));
  }
  root.resolveAll();
  const syntax = text.startsWith('syntax = "proto2"') ? "proto2" : "proto3";
  return {
    ...{ name, packageName, syntax, imports },
    types: own.flatMap((one) => {
      if (one instanceof protobuf.Type) return [describeMessage(one)];
      return one instanceof protobuf.Enum ? [describeEnum(one)] : [];
    }),
    services: own.flatMap((one) => (one instanceof protobuf.Service ? [describeService(one)] : [])),
  };
}

/** google/protobuf/descriptor.proto, IdempotencyLevel. */
const levels: Readonly<Record<string, number>> = { NO_SIDE_EFFECTS: 1, IDEMPOTENT: 2 };

function describeService({ name, methodsArray }: protobuf.Service): ServiceUnit {
  const methods = methodsArray.map((method) => {
    const { options, requestStream, responseStream } = method;
    const input = method.resolvedRequestType?.fullName ?? "";
    const output = method.resolvedResponseType?.fullName ?? "";
    const level = levels[String(options?.["idempotency_level"])];
    const own = {
      ...(level === undefined ? {} : { idempotencyLevel: level }),
      ...(options?.["deprecated"] === true ? { deprecated: true } : {}),
    };
    const proto = {
      ...{ name: method.name, inputType: input, outputType: output },
      ...(requestStream === true ? { clientStreaming: true } : {}),
      ...(responseStream === true ? { serverStreaming: true } : {}),
      ...(Object.keys(own).length === 0 ? {} : { options: own }),
    };
    return { name: method.name, proto, references: [input.slice(1), output.slice(1)] };
  });
  return { name, methods };
}

export interface DescribedParts {
  readonly dependencies: readonly string[];
  readonly types: readonly TypeUnit[];
  readonly services: readonly { readonly name: string; readonly methods: readonly object[] }[];
}

/** As a FileDescriptorProto. */
export function encodeDescriptorFile(
  { name, packageName, syntax }: DescriptorFile,
  { dependencies, types, services }: DescribedParts,
): Buffer {
  const protosOf = (wanted: TypeUnit["kind"]) =>
    types.filter(({ kind }) => kind === wanted).map(({ proto }) => proto);
  const { FileDescriptorProto } = descriptor;
  const message = FileDescriptorProto.fromObject({
    ...{ name, dependency: dependencies, syntax },
    ...(packageName === "" ? {} : { package: packageName }),
    messageType: protosOf("messageType"),
    enumType: protosOf("enumType"),
    service: services.map((one) => ({ name: one.name, method: one.methods })),
  });
  return Buffer.from(FileDescriptorProto.encode(message).finish());
}
