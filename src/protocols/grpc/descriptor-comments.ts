/**
 * Comments that a descriptor set keeps when it is told to (protoc --include_source_info): they
 * stand apart, by paths of field numbers (google/protobuf/descriptor.proto, SourceCodeInfo).
 */
import protobuf from "protobufjs";
import type {
  IDescriptorProto,
  IEnumDescriptorProto,
  IFileDescriptorProto,
} from "protobufjs/ext/descriptor.js";

interface Location {
  readonly path?: readonly number[];
  readonly leadingComments?: string;
  readonly trailingComments?: string;
}

/** What can have comments, by its path. */
type Commented = Map<string, protobuf.ReflectionObject>;

export function addComments(root: protobuf.Root, files: readonly IFileDescriptorProto[]): void {
  for (const file of files) {
    const info = (file as { readonly sourceCodeInfo?: { readonly location?: readonly Location[] } })
      .sourceCodeInfo;
    if (info?.location === undefined) continue;
    const commented = commentedIn(root, file);
    for (const { path = [], leadingComments, trailingComments } of info.location) {
      const object = commented.get(path.join("."));
      const text = leadingComments === "" ? trailingComments : leadingComments;
      if (object !== undefined && text !== undefined && text !== "") object.comment = plain(text);
    }
  }
}

/** As the parser of .proto leaves comments. */
function plain(text: string): string {
  return text
    .split("\n")
    .map((line) => line.replace(/^\s*\*?\s?/, "").trimEnd())
    .join("\n")
    .trim();
}

function commentedIn(root: protobuf.Root, file: IFileDescriptorProto): Commented {
  const { package: packageName = "", messageType = [], enumType = [], service = [] } = file;
  const scope = packageName === "" ? root : root.lookup(packageName);
  const found: Commented = new Map();
  if (!(scope instanceof protobuf.Namespace)) return found;
  messageType.forEach((one, index) => addMessage(found, scope, one, `4.${index}`));
  enumType.forEach((one, index) => addEnum(found, scope, one, `5.${index}`));
  service.forEach(({ name = "", method = [] }, index) => {
    const own = scope.get(name);
    if (!(own instanceof protobuf.Service)) return;
    found.set(`6.${index}`, own);
    method.forEach((one, at) => {
      const object = own.methods[one.name ?? ""];
      if (object !== undefined) found.set(`6.${index}.2.${at}`, object);
    });
  });
  return found;
}

function addMessage(
  found: Commented,
  scope: protobuf.NamespaceBase,
  { name = "", field = [], nestedType = [], enumType = [], oneofDecl = [] }: IDescriptorProto,
  path: string,
): void {
  const message = scope.get(name);
  if (!(message instanceof protobuf.Type)) return;
  found.set(path, message);
  field.forEach((one, index) => {
    const object = message.fields[one.name ?? ""];
    if (object !== undefined) found.set(`${path}.2.${index}`, object);
  });
  oneofDecl.forEach((one, index) => {
    const object = message.oneofs?.[one.name ?? ""];
    if (object !== undefined) found.set(`${path}.8.${index}`, object);
  });
  nestedType.forEach((one, index) => addMessage(found, message, one, `${path}.3.${index}`));
  enumType.forEach((one, index) => addEnum(found, message, one, `${path}.4.${index}`));
}

function addEnum(
  found: Commented,
  scope: protobuf.NamespaceBase,
  { name = "" }: IEnumDescriptorProto,
  path: string,
): void {
  const object = scope.get(name);
  if (object instanceof protobuf.Enum) found.set(path, object);
}
