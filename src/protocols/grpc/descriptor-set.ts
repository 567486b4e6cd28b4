/**
 * A FileDescriptorSet (google/protobuf/descriptor.proto), as protoc and buf write it: a contract
 * whose imports were resolved by somebody else. Nothing is thrown, whatever the bytes.
 */
import protobuf from "protobufjs";
import descriptor, {
  type IFileDescriptorProto,
  type IFileDescriptorSet,
} from "protobufjs/ext/descriptor.js";
import { defaultContractLimits } from "#base/limits.ts";
import { addComments } from "./descriptor-comments.ts";
import { addHttpRules } from "./descriptor-http.ts";
import { encodeDescriptorFile, readDescriptorFile } from "./descriptor-file.ts";
import { googleFile } from "./google/files.ts";
import type { ProtoReport } from "./import-report.ts";
import type { ProtoFiles } from "./import-files.ts";

const extension = /\.(?:pb|binpb|protoset|protobin|desc|fds)$/i;
/** The first field of the first file, its name; lengths may be no text. */
const opening = /^\n[^]{1,5}\n[^]{1,2}[\w./+-]+\.proto/;
const noText = /[\u0000-\u0008\u000E-\u001F\uFFFD]/;

/** @param text read as if it were UTF-8. */
export function recognizeDescriptorSet(text: string, file: string): number {
  const start = text.slice(0, 2_000);
  if (noText.test(start) && opening.test(start)) return 1;
  return extension.test(file) && (noText.test(start) || start === "") ? 0.8 : 0;
}

export function loadDescriptorSet(bytes: Buffer, report: ProtoReport): ProtoFiles | undefined {
  const refuse = (reason: string): undefined => {
    const message = `this is no whole FileDescriptorSet: ${reason.slice(0, 300)}`;
    const made = "expected what protoc --include_imports --descriptor_set_out writes";
    report.add("malformed-descriptor-set", "error", `${message}; ${made}`);
    return undefined;
  };
  try {
    const files = decodeFiles(bytes, refuse);
    if (files === undefined || !addImports(files, report)) return undefined;
    const set = { file: [...files.values()] };
    const root = protobuf.Root.fromDescriptor(set, { keepCase: true });
    addHttpRules(root, bytes);
    addComments(root, [...files.values()]);
    const services = [...files.values()].flatMap((file) => servicesOf(root, file));
    const [first] = services;
    const packageName = (first?.parent?.fullName ?? "").replace(/^\./, "");
    return { services, packageName, documentation: first?.comment ?? undefined };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

type Files = Map<string, IFileDescriptorProto>;

function decodeFiles(bytes: Buffer, refuse: (reason: string) => undefined): Files | undefined {
  const { file } = descriptor.FileDescriptorSet.decode(bytes) as object as IFileDescriptorSet;
  if (file.length === 0) return refuse("there is no file in it");
  const { filesMax } = defaultContractLimits;
  if (file.length > filesMax) return refuse(`it has more than filesMax, ${filesMax} files`);
  const files: Files = new Map();
  for (const one of file) {
    const { name = "" } = one;
    if (name === "") return refuse("a file in it has no name");
    const known = files.get(name);
    if (known === undefined) files.set(name, one);
    else if (!isSame(known, one)) return refuse(`${name} is in it twice, and differs`);
  }
  return files;
}

function isSame(one: IFileDescriptorProto, other: IFileDescriptorProto): boolean {
  const { FileDescriptorProto } = descriptor;
  const written = (file: IFileDescriptorProto) =>
    Buffer.from(FileDescriptorProto.encode(file as object).finish());
  return written(one).equals(written(other));
}

/** Those of google that are known to all need not be in it. @returns whether all are there. */
function addImports(files: Files, report: ProtoReport): boolean {
  let isWhole = true;
  for (const { name = "", dependency = [] } of files.values()) {
    for (const path of dependency as readonly string[]) {
      if (files.has(path)) continue;
      const text = googleFile(path);
      if (text !== undefined) {
        files.set(path, ownFile(path, text));
        continue;
      }
      isWhole = false;
      const what = `${name} imports ${JSON.stringify(path.slice(0, 200))}, which is not in the set`;
      report.add("import-not-found", "error", `${what}; expected protoc --include_imports`);
    }
  }
  return isWhole;
}

function ownFile(path: string, text: string): IFileDescriptorProto {
  const file = readDescriptorFile(path, text);
  const parts = { dependencies: file.imports, types: file.types, services: [] };
  const { FileDescriptorProto } = descriptor;
  return FileDescriptorProto.decode(encodeDescriptorFile(file, parts)) as IFileDescriptorProto;
}

/** Of services that the gateway answers itself, and of google's, there may be some beside. */
const notOffered = /^(?:google|grpc\.health|grpc\.reflection)(?:\.|$)/;

function servicesOf(root: protobuf.Root, file: IFileDescriptorProto): readonly protobuf.Service[] {
  const { package: packageName = "", service = [] } = file;
  if (notOffered.test(packageName)) return [];
  const scope = packageName === "" ? root : (root.lookup(packageName) as protobuf.Namespace);
  return service.flatMap(({ name = "" }) => {
    const found = scope.get(name);
    return found instanceof protobuf.Service ? [found] : [];
  });
}
