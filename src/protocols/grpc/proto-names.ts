/**
 * Under which full names the messages and enums of a contract are known in Protocol Buffers: in
 * the .proto that describes it, and in the details of its faults.
 */
import type { DeclaredFault, Operation } from "#contract/contract.ts";
import { grpcNameOf, packageOf } from "#contract/grpc-names.ts";
import { createNumbering } from "#contract/numbering.ts";
import type { TypeName } from "#contract/types.ts";
import type { ServiceContract } from "#extension/protocol.ts";

export interface ProtoNames {
  readonly packageName: string;
  /** Behind the package: `Order`, `Order.Line`; of types of google.protobuf their full name. */
  readonly named: (type: TypeName) => string;
  readonly input: (operation: Operation) => string;
  readonly output: (operation: Operation) => string;
  readonly fault: (operation: Operation, fault: DeclaredFault) => string;
  /** For what has no name in the contract. */
  readonly fresh: (wanted: string) => string;
}

/** Words that begin something else where a message may be named. */
const words =
  "double float int32 int64 uint32 uint64 sint32 sint64 fixed32 fixed64 sfixed32 sfixed64 bool " +
  "string bytes group map message enum oneof reserved extensions option optional required " +
  "repeated extend package import service rpc stream returns syntax edition to max true false";

export const reservedWords: ReadonlySet<string> = new Set(words.split(" "));

const googlePackage = "google.protobuf.";

export function isGoogleType(name: TypeName): boolean {
  return name.startsWith(googlePackage);
}

/** @param name behind the package, or that of a type of google.protobuf. */
export function fullName({ packageName }: Pick<ProtoNames, "packageName">, name: string): string {
  return packageName === "" || isGoogleType(name) ? name : `${packageName}.${name}`;
}

export function createProtoNames({ serviceName, contract }: ServiceContract): ProtoNames {
  const services = contract.operations.map(
    (operation) => grpcNameOf(serviceName, operation).service,
  );
  const packageName = packageOfContract(serviceName, services[0]);
  const prefix = packageName === "" ? "" : `${packageName}.`;
  const taken = services.map((service) => behind(prefix, service));
  const fresh = createNumbering([...reservedWords, ...taken]);
  const names = new Map<TypeName, string>();
  for (const name of contract.types.keys()) {
    if (isGoogleType(name)) names.set(name, name);
    // What stands in another message keeps its place there.
    else if (contract.dialect === "grpc" && isPath(behind(prefix, name)))
      names.set(name, fresh(behind(prefix, name)));
    else names.set(name, fresh(upperFirst(identifier(name))));
  }
  const own = new Map<string, string>();
  const ownName = (operation: Operation, suffix: string): string => {
    const key = `${operation.id} ${suffix}`;
    const known = own.get(key);
    if (known !== undefined) return known;
    const made = fresh(grpcNameOf(serviceName, operation).method + suffix);
    own.set(key, made);
    return made;
  };
  const named = (type: TypeName): string => names.get(type) ?? identifier(type);
  const nameOf = (operation: Operation, type: Operation["input"]["type"], suffix: string) =>
    type.kind === "ref" ? named(type.name) : ownName(operation, suffix);
  const result: ProtoNames = {
    ...{ packageName, named, fresh },
    input: (operation) => nameOf(operation, operation.input.type, "Request"),
    output(operation) {
      const { output } = operation;
      if (output === undefined) return `${googlePackage}Empty`;
      return nameOf(operation, output.type, "Response");
    },
    fault(operation, { name, type }) {
      const suffix = capitalized(identifier(name));
      return nameOf(operation, type ?? { kind: "record", fields: [] }, suffix);
    },
  };
  // In the order of the contract, whoever asks first.
  for (const operation of contract.operations) {
    result.input(operation);
    result.output(operation);
    for (const fault of operation.faults) result.fault(operation, fault);
  }
  return result;
}

function packageOfContract(serviceName: string, service: string | undefined): string {
  if (service === undefined) return packageOf(serviceName);
  return service.slice(0, Math.max(service.lastIndexOf("."), 0));
}

function behind(prefix: string, name: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** Nested messages are named by those that they stand in, which by custom begin upper case. */
function isPath(name: string): boolean {
  const parts = name.split(".");
  const isName = parts.every((part) => /^[A-Za-z_]\w*$/.test(part));
  return isName && (parts.length === 1 || parts.every((part) => /^[A-Z]/.test(part)));
}

export function identifier(name: string): string {
  const plain = name.normalize("NFKD").replaceAll(/[^A-Za-z0-9_]+/g, "_");
  const trimmed = plain.replaceAll(/^_+|_+$/g, "");
  if (/^[A-Za-z_]\w*$/.test(name)) return name;
  if (trimmed === "") return "x";
  return /^[A-Za-z]/.test(trimmed) ? trimmed : `x${trimmed}`;
}

function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Of a field without json_name (protobuf.dev/programming-guides/json), as protoc makes it. */
export function usualJsonName(name: string): string {
  return name.replaceAll(/_+([a-zA-Z0-9]?)/g, (_, letter: string) => letter.toUpperCase());
}

export function capitalized(name: string): string {
  const joined = name.replaceAll(/(?:^|_+)([A-Za-z0-9])/g, (_, one: string) => one.toUpperCase());
  return joined === "" ? "X" : joined;
}
