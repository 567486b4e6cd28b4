/** Methods of .proto services as operations. */
import type protobuf from "protobufjs";
import type { GrpcBinding, Message, Operation } from "#contract/contract.ts";
import type { NamedType, RecordType, RefType, TypeName } from "#contract/types.ts";
import { wellKnownTypes } from "#formats/protobuf/well-known.ts";
import { importHttpRule } from "./import-http.ts";
import type { ProtoReport } from "./import-report.ts";
import { createTypeImporter, documented, lookUp, type TypeImporter } from "./import-types.ts";

export interface ImportedServices {
  readonly types: ReadonlyMap<TypeName, NamedType>;
  readonly operations: readonly Operation[];
}

export function importServices(
  services: readonly protobuf.Service[],
  report: ProtoReport,
): ImportedServices {
  const types = createTypeImporter(report);
  const idOf = createIds(services);
  const operations = services.flatMap((service) =>
    service.methodsArray.flatMap((method) => {
      return importMethod({ service, method, types, report }, idOf(service, method)) ?? [];
    }),
  );
  return { types: types.types, operations };
}

/**
 * The method's own name; where services share it, with its service before it; where packages have
 * services of one name, such as two versions of one, with its package, too.
 */
function createIds(services: readonly protobuf.Service[]) {
  const counts = new Map<string, number>();
  for (const service of services) {
    for (const { name } of service.methodsArray) {
      for (const id of [name, `${service.name}_${name}`]) {
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
    }
  }
  return (service: protobuf.Service, { name }: protobuf.Method): string => {
    const withPackage = service.fullName.replace(/^\./, "").replaceAll(".", "_");
    const ids = [name, `${service.name}_${name}`];
    return ids.find((id) => counts.get(id) === 1) ?? `${withPackage}_${name}`;
  };
}

interface ImportingMethod {
  readonly service: protobuf.Service;
  readonly method: protobuf.Method;
  readonly types: TypeImporter;
  readonly report: ProtoReport;
}

function importMethod(importing: ImportingMethod, id: string): Operation | undefined {
  const { service, method, report } = importing;
  const origin = report.placeOf(new RegExp(`^[ \\t]*rpc\\s+${method.name}\\b`, "m"));
  const input = importMessage(importing, method.requestType);
  const output = importMessage(importing, method.responseType);
  if (input === undefined || output === undefined) {
    const missing = input === undefined ? method.requestType : method.responseType;
    const message = `operation ${id} is left out: its message ${missing} is not found`;
    report.add("type-not-found", "error", message, origin);
    return undefined;
  }
  const { types } = importing.types;
  const request = lookUp(service, method.requestType) as protobuf.Type;
  const response = lookUp(service, method.responseType) as protobuf.Type;
  const http = importHttpRule({
    ...{ id, method, input, output, types, report, origin },
    ...{ request, response },
  });
  return {
    id,
    ...documented(method.comment),
    ...(method.options?.["deprecated"] === true ? { deprecated: true } : {}),
    mode: modeOf(method),
    safety: safetyOf(method, http?.method),
    input,
    output,
    faults: [],
    ...(http === undefined ? {} : { rest: http }),
    grpc: {
      service: service.fullName.replace(/^\./, ""),
      method: method.name,
      ...wellKnownOf(request, response),
    },
    origin,
  };
}

function wellKnownOf(
  request: protobuf.Type,
  response: protobuf.Type,
): Pick<GrpcBinding, "wellKnown"> {
  const [input, output] = [request, response].map(({ fullName }) => {
    const name = fullName.replace(/^\./, "");
    return wellKnownTypes[name] === undefined ? undefined : name;
  });
  if (input === undefined && output === undefined) return {};
  const ofInput = input === undefined ? {} : { input };
  return { wellKnown: { ...ofInput, ...(output === undefined ? {} : { output }) } };
}

function importMessage({ types, service }: ImportingMethod, name: string): Message | undefined {
  const type = types.message(name, service);
  if (type === undefined) return undefined;
  return { type: type as RecordType | RefType, headers: [] };
}

function modeOf({ requestStream, responseStream }: protobuf.Method): Operation["mode"] {
  if (requestStream === true) return responseStream === true ? "bidi" : "client-stream";
  return responseStream === true ? "server-stream" : "unary";
}

/** google/protobuf/descriptor.proto, IdempotencyLevel; a GET rule says as much. */
function safetyOf({ options }: protobuf.Method, httpMethod?: string): Operation["safety"] {
  const level: unknown = options?.["idempotency_level"];
  if (level === "NO_SIDE_EFFECTS" || httpMethod === "GET") return "safe";
  const isIdempotent = level === "IDEMPOTENT" || httpMethod === "PUT" || httpMethod === "DELETE";
  return isIdempotent ? "idempotent" : "unsafe";
}
