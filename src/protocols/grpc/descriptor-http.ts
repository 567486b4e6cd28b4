/**
 * `google.api.http` in descriptors: an extension, which the parser of descriptors passes over.
 * Methods get it in the form that a .proto's options have.
 */
import protobuf from "protobufjs";
import { googleFile } from "./google/files.ts";

/** Of descriptor.proto, as much as leads to the rules (google/api/annotations.proto, 72295728). */
const path = `syntax = "proto2";
message Set { repeated File file = 1; }
message File { optional string package = 2; repeated Service service = 6; }
message Service { optional string name = 1; repeated Method method = 2; }
message Method { optional string name = 1; optional Options options = 4; }
message Options { optional google.api.HttpRule http = 72295728; }
`;

interface RuleSet {
  readonly file?: readonly {
    readonly package?: string;
    readonly service?: readonly {
      readonly name?: string;
      readonly method?: readonly {
        readonly name?: string;
        readonly options?: { readonly http?: object };
      }[];
    }[];
  }[];
}

/** @param bytes the FileDescriptorSet that the root was made of. */
export function addHttpRules(root: protobuf.Root, bytes: Buffer): void {
  const type = ruleSet();
  const { file = [] } = type.toObject(type.decode(bytes)) as RuleSet;
  for (const { package: packageName = "", service = [] } of file) {
    for (const { name = "", method = [] } of service) {
      const found = root.lookup(packageName === "" ? name : `${packageName}.${name}`);
      if (!(found instanceof protobuf.Service)) continue;
      for (const { name: id = "", options } of method) {
        const own = found.methods[id];
        if (own === undefined || options?.http === undefined) continue;
        own.parsedOptions = [{ "(google.api.http)": options.http }];
      }
    }
  }
}

let known: protobuf.Type | undefined;

function ruleSet(): protobuf.Type {
  if (known !== undefined) return known;
  const options = { keepCase: true } as const;
  const { root } = protobuf.parse(path, new protobuf.Root(), options);
  protobuf.parse(googleFile("google/api/http.proto") ?? "", root, options);
  return (known = root.lookupType("Set"));
}
