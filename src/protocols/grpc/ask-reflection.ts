/**
 * What a running server tells of itself by reflection, gathered as a FileDescriptorSet: which
 * question comes next, and what an answer means. Who sends them is another's affair.
 */
import descriptor, { type IFileDescriptorProto } from "protobufjs/ext/descriptor.js";
import { defaultContractLimits } from "#base/limits.ts";
import type { Answer, Call, Fault } from "#call/call.ts";
import { createRecord, type ValueRecord } from "#contract/value.ts";
import type { Fields } from "#extension/protocol.ts";
import type { ReplyStream } from "#extension/streams.ts";
import { googleFile } from "./google/files.ts";
import { protoImporter } from "./import.ts";
import { reflectionPackages, reflectionProto } from "./own-protos.ts";
import { createGrpcUpstream } from "./upstream.ts";

export interface ReflectionDialect {
  readonly path: string;
  readonly fields: Fields;
  /** A question in its frame. */
  readonly write: (question: ReflectionQuestion) => Buffer;
  /** Undefined: this is no answer of reflection, but a refusal or something else. */
  readonly read: (
    status: number,
    field: (name: string) => string | undefined,
  ) => ReplyStream | undefined;
}

export interface ReflectionQuestion {
  readonly kind: "listServices" | "fileContainingSymbol" | "fileByFilename";
  readonly name: string;
}

/** The newest version first. */
export function reflectionDialects(): readonly ReflectionDialect[] {
  return reflectionPackages.map((packageName) => {
    const serviceName = `${packageName}.ServerReflection`;
    const text = reflectionProto(packageName);
    const read = (): undefined => undefined;
    const { contract } = protoImporter.import({ file: "reflection.proto", text, read });
    const upstream = createGrpcUpstream({ serviceName, contract });
    const [operation] = contract.operations;
    const call: Call = {
      operation: operation as Call["operation"],
      input: createRecord(),
      headers: createRecord(),
    };
    const requests = upstream.encodeInputs?.(call);
    if (requests === undefined || "faultKind" in requests) throw new Error("no such stream");
    return {
      path: requests.head.target,
      fields: requests.head.fields,
      write({ kind, name }) {
        const asked = Object.assign(createRecord(), { [kind]: name });
        const item = requests.item(Object.assign(createRecord(), { message_request: asked }));
        if (!Buffer.isBuffer(item)) throw new Error(item.message);
        return item;
      },
      read: (status, field) => upstream.decodeOutputs?.({ status, field }, call),
    };
  });
}

export interface ReflectedSet {
  /** Undefined: everything has been told. */
  next(): ReflectionQuestion | undefined;
  /** @returns why it is of no use; undefined: it was taken. */
  take(question: ReflectionQuestion, answer: Answer | Fault): string | undefined;
  /** Full names; what every server has besides its own is left out. */
  readonly services: readonly string[];
  /** A FileDescriptorSet. */
  bytes(): Buffer;
}

const notImported = /^grpc\.(?:reflection|health)\./;
const namedMax = 100;

/** @param bytesMax of all files. */
export function createReflectedSet(bytesMax: number): ReflectedSet {
  const files = new Map<string, Buffer>();
  const services: string[] = [];
  const pending: ReflectionQuestion[] = [{ kind: "listServices", name: "*" }];
  const asked = new Set<string>();
  let bytesLeft = bytesMax;

  const takeServices = (response: ValueRecord): string | undefined => {
    const listed = (response["service"] ?? []) as readonly ValueRecord[];
    if (listed.length > defaultContractLimits.filesMax) return "it tells too many services";
    for (const one of listed) {
      const name = one["name"];
      if (typeof name !== "string" || name === "" || notImported.test(name)) continue;
      services.push(name);
      pending.push({ kind: "fileContainingSymbol", name });
    }
    return undefined;
  };
  const takeFile = (bytes: Buffer): string | undefined => {
    bytesLeft -= bytes.length;
    if (bytesLeft < 0) return `its files have more than ${bytesMax} bytes together`;
    let file: object;
    try {
      file = descriptor.FileDescriptorProto.decode(bytes);
    } catch {
      return "it tells a file that is no descriptor";
    }
    const { name = "", dependency = [] } = file as IFileDescriptorProto;
    if (files.has(name)) return undefined;
    files.set(name, bytes);
    const { filesMax } = defaultContractLimits;
    if (files.size > filesMax) return `it tells more than filesMax, ${filesMax} files`;
    for (const path of dependency as readonly string[]) {
      pending.push({ kind: "fileByFilename", name: path });
    }
    return undefined;
  };

  return {
    services,
    next() {
      for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
        const { kind, name } = next;
        // The name of a symbol can be that of a file.
        const isTold =
          kind === "fileByFilename" && (files.has(name) || googleFile(name) !== undefined);
        if (isTold || asked.has(`${kind} ${name}`)) continue;
        asked.add(`${kind} ${name}`);
        return next;
      }
      return undefined;
    },
    take({ kind, name }, answer) {
      if (answer.kind === "fault") return answer.message.slice(0, 200);
      const response = answer.output["message_response"] as ValueRecord | undefined;
      const [[told, value] = ["nothing", null]] = Object.entries(response ?? {});
      const members = (value ?? {}) as ValueRecord;
      const what =
        kind === "listServices" ? "its services" : JSON.stringify(name.slice(0, namedMax));
      if (told === "errorResponse") {
        const message = members["error_message"];
        const reason = typeof message === "string" ? message.slice(0, 200) : "no reason";
        return `it does not tell ${what}: ${reason}`;
      }
      if (kind === "listServices" && told === "listServicesResponse") return takeServices(members);
      if (kind === "listServices" || told !== "fileDescriptorResponse") {
        return `asked for ${what} it tells something else`;
      }
      const found = (members["file_descriptor_proto"] ?? []) as readonly Buffer[];
      if (found.length === 0) return `asked for ${what} it tells no file`;
      const problem = found.map(takeFile).find((one) => one !== undefined);
      if (problem !== undefined) return problem;
      if (kind === "fileByFilename" && !files.has(name)) return `asked for ${what} it tells others`;
      return undefined;
    },
    bytes: () =>
      Buffer.concat([...files.values()].flatMap((file) => [fieldOne(file.length), file])),
  };
}

/** Of a message with so many bytes (Protocol Buffers encoding, LEN). */
function fieldOne(length: number): Buffer {
  const bytes = [0x0a];
  for (let rest = length; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}
