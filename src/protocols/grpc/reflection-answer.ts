/** One request of reflection and what it is told (grpc/reflection/v1/reflection.proto). */
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import type { ReflectedView } from "./reflection-view.ts";

const codes = { invalidArgument: 3, notFound: 5 } as const;
const namedMax = 200;

/** A ServerReflectionResponse to a ServerReflectionRequest. */
export function answerReflection(view: ReflectedView, request: ValueRecord): ValueRecord {
  const host = request["host"];
  return record({
    valid_host: typeof host === "string" ? host : "",
    original_request: request,
    message_response: responseTo(view, request["message_request"]),
  });
}

/** @param asked one of several, under its name. */
function responseTo(view: ReflectedView, asked: Value | undefined): ValueRecord {
  const [[kind, value] = ["", ""]] = Object.entries((asked ?? {}) as ValueRecord);
  const text = typeof value === "string" ? value : "";
  switch (kind) {
    case "listServices": {
      const service = view.services.map((name) => record({ name }));
      return record({ listServicesResponse: record({ service }) });
    }
    case "fileByFilename":
      return fileResponse(view, text, `no file ${text.slice(0, namedMax)} is known here`);
    case "fileContainingSymbol": {
      const missing = `no symbol ${text.slice(0, namedMax)} is known here, or you may not call it`;
      return fileResponse(view, view.fileOf(text), missing);
    }
    case "allExtensionNumbersOfType": {
      if (view.fileOf(text) === undefined) {
        return refuse(codes.notFound, `no message ${text.slice(0, namedMax)} is known here`);
      }
      const none: Value[] = [];
      const response = record({ base_type_name: text, extension_number: none });
      return record({ allExtensionNumbersResponse: response });
    }
    case "fileContainingExtension":
      return refuse(codes.notFound, "no extensions are known here");
    default:
      return refuse(codes.invalidArgument, "the request says nothing of what it asks for");
  }
}

function fileResponse(view: ReflectedView, file: string | undefined, missing: string): ValueRecord {
  const descriptors = file === undefined ? undefined : view.descriptors(file);
  if (descriptors === undefined) return refuse(codes.notFound, missing);
  return record({ fileDescriptorResponse: record({ file_descriptor_proto: [...descriptors] }) });
}

function refuse(code: number, message: string): ValueRecord {
  return record({ errorResponse: record({ error_code: code, error_message: message }) });
}

function record(members: Readonly<Record<string, Value>>): ValueRecord {
  return Object.assign(createRecord(), members);
}
