/** Messages and enums that a parser has read, as DescriptorProto and EnumDescriptorProto. */
import protobuf from "protobufjs";
import type { TypeUnit } from "./descriptor-file.ts";
import { usualJsonName } from "./proto-names.ts";

/** FieldDescriptorProto.Type */
const fieldTypes: Readonly<Record<string, number>> = {
  ...{ double: 1, float: 2, int64: 3, uint64: 4, int32: 5, fixed64: 6, fixed32: 7, bool: 8 },
  ...{ string: 9, bytes: 12, uint32: 13, sfixed32: 15, sfixed64: 16, sint32: 17, sint64: 18 },
};
const messageNumber = 11;
const enumNumber = 14;
/** FieldDescriptorProto.Label */
const labels = { optional: 1, required: 2, repeated: 3 } as const;

interface Noted {
  readonly references: Set<string>;
  readonly symbols: string[];
}

export function describeMessage(message: protobuf.Type): TypeUnit {
  const noted: Noted = { references: new Set(), symbols: [] };
  const proto = messageProto(message, noted);
  return { kind: "messageType", name: message.name, proto, ...noted };
}

export function describeEnum(object: protobuf.Enum): TypeUnit {
  const noted: Noted = { references: new Set(), symbols: [] };
  const proto = enumProto(object, noted);
  return { kind: "enumType", name: object.name, proto, ...noted };
}

function messageProto(message: protobuf.Type, noted: Noted): object {
  const { name, fullName, fieldsArray, oneofsArray, nestedArray } = message;
  noted.symbols.push(fullName.slice(1));
  // Those that stand for `optional` come behind the others.
  const oneofs = [...oneofsArray].sort(
    (one, other) => Number(one.isProto3Optional) - Number(other.isProto3Optional),
  );
  const entries: object[] = [];
  const field = fieldsArray.map((one) => {
    noted.symbols.push(one.fullName.slice(1));
    const own = fieldProto(one, noted);
    if (!(one instanceof protobuf.MapField)) {
      const oneof = one.partOf;
      if (oneof === null) return own;
      const proto3Optional = oneof.isProto3Optional ? { proto3Optional: true } : {};
      return { ...own, oneofIndex: oneofs.indexOf(oneof), ...proto3Optional };
    }
    const entry = entryName(one.name);
    entries.push(entryProto(one, entry, noted));
    const { typeName: _, ...plain } = own;
    const map = { type: messageNumber, label: labels.repeated, typeName: `${fullName}.${entry}` };
    return { ...plain, ...map };
  });
  const nested = nestedArray.flatMap((one) =>
    one instanceof protobuf.Type ? [messageProto(one, noted)] : [],
  );
  const enums = nestedArray.flatMap((one) =>
    one instanceof protobuf.Enum ? [enumProto(one, noted)] : [],
  );
  return {
    ...{ name, field, nestedType: [...nested, ...entries], enumType: enums },
    oneofDecl: oneofs.map((one) => ({ name: one.name })),
    ...(message.options?.["deprecated"] === true ? { options: { deprecated: true } } : {}),
  };
}

interface FieldProto {
  readonly name: string;
  readonly number: number;
  readonly label: number;
  readonly type: number;
  readonly typeName?: string;
}

function fieldProto(field: protobuf.FieldBase, { references }: Noted): FieldProto {
  const { name, id, repeated, options, resolvedType } = field;
  const given: unknown = options?.["json_name"];
  const isEnum = resolvedType instanceof protobuf.Enum;
  const type = fieldTypes[field.type] ?? (isEnum ? enumNumber : messageNumber);
  if (resolvedType !== null) references.add(resolvedType.fullName.slice(1));
  const label = repeated
    ? "repeated"
    : field instanceof protobuf.Field && field.required
      ? "required"
      : "optional";
  return {
    ...{ name, number: id, label: labels[label], type },
    ...(resolvedType === null ? {} : { typeName: resolvedType.fullName }),
    jsonName: typeof given === "string" ? given : usualJsonName(name),
    ...(options?.["deprecated"] === true ? { options: { deprecated: true } } : {}),
  } as FieldProto;
}

/** protoc: `line_items` has entries LineItemsEntry. */
function entryName(name: string): string {
  const camel = usualJsonName(name);
  return `${camel.charAt(0).toUpperCase()}${camel.slice(1)}Entry`;
}

function entryProto(map: protobuf.MapField, name: string, noted: Noted): object {
  const { typeName, type } = fieldProto(map, noted);
  const key = { name: "key", number: 1, label: labels.optional, type: fieldTypes[map.keyType] };
  const named = typeName === undefined ? {} : { typeName };
  const value = { name: "value", number: 2, label: labels.optional, type, ...named };
  const field = [
    { ...key, jsonName: "key" },
    { ...value, jsonName: "value" },
  ];
  return { name, field, options: { mapEntry: true } };
}

function enumProto(
  { name, fullName, values, options, parent }: protobuf.Enum,
  noted: Noted,
): object {
  // Its values stand beside it.
  const beside = parent?.fullName ?? "";
  noted.symbols.push(fullName.slice(1));
  const value = Object.entries(values).map(([key, number]) => {
    noted.symbols.push(`${beside}.${key}`.replace(/^\./, ""));
    return { name: key, number };
  });
  return {
    name,
    value,
    ...(options?.["allow_alias"] === true ? { options: { allowAlias: true } } : {}),
  };
}
