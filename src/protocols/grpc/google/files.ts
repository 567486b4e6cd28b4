/** The .proto files that others import without having them, by their path. */
import { apiFiles } from "./api-files.ts";
import { descriptorFiles } from "./descriptor-files.ts";
import { protobufFiles } from "./protobuf-files.ts";
import { rpcFiles } from "./rpc-files.ts";
import { typeFiles } from "./type-files.ts";

const files: ReadonlyMap<string, string> = new Map(
  [protobufFiles, descriptorFiles, apiFiles, rpcFiles, typeFiles].flatMap(Object.entries<string>),
);

/** Its text; undefined: it is none of those. @param path such as `google/rpc/status.proto`. */
export function googleFile(path: string): string | undefined {
  return files.get(path);
}

/** The file of google/protobuf that declares a message or an enum, by its full name. */
export function googleFileOf(name: string): string | undefined {
  return declaring.get(name.split(".", 3).join("."));
}

const declaring: ReadonlyMap<string, string> = new Map(
  [...files].flatMap(([path, text]) => {
    if (!path.startsWith("google/protobuf/")) return [];
    const names = text.matchAll(/^(?:message|enum) (\w+)/gm);
    return Array.from(names, ([, name]) => [`google.protobuf.${name}`, path] as const);
  }),
);
