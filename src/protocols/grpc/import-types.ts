/** Messages and enums of .proto files as types of the model, those alone that are asked for. */
import protobuf from "protobufjs";
import { defaultContractLimits } from "#base/limits.ts";
import type { EnumType, Field, NamedType, RecordType, Type, TypeName } from "#contract/types.ts";
import { scalarTypes } from "#formats/protobuf/scalar-types.ts";
import { wellKnownTypes } from "#formats/protobuf/well-known.ts";
import type { ProtoReport } from "./import-report.ts";
import { usualJsonName } from "./proto-names.ts";

export interface TypeImporter {
  readonly types: Map<TypeName, NamedType>;
  /** The type of a message, by the name that stands in `scope`. Undefined: there is none. */
  message(name: string, scope: protobuf.NamespaceBase): Type | undefined;
}

export function createTypeImporter(report: ProtoReport): TypeImporter {
  const types = new Map<TypeName, NamedType>();
  const importing: Importing = { report, types, pending: [] };
  return {
    types,
    message(name, scope) {
      const found = lookUp(scope, name);
      if (!(found instanceof protobuf.Type)) return undefined;
      const full = nameOf(found);
      const type: Type =
        wellKnownTypes[full] === undefined
          ? reference(importing, found)
          : // As a whole message, a well-known one has its own fields.
            importMessage(importing, found);
      finish(importing);
      return type;
    },
  };
}

interface Importing {
  readonly report: ProtoReport;
  readonly types: Map<TypeName, NamedType>;
  /** Messages may hold themselves, so each is read after whoever refers to it. */
  readonly pending: (protobuf.Type | protobuf.Enum)[];
}

/** Without the leading dot. */
function nameOf(object: protobuf.ReflectionObject): string {
  return object.fullName.replace(/^\./, "");
}

export function lookUp(
  scope: protobuf.NamespaceBase,
  name: string,
): protobuf.ReflectionObject | null {
  return scope.lookup(name, [protobuf.Type, protobuf.Enum]);
}

function reference(importing: Importing, object: protobuf.Type | protobuf.Enum): Type {
  const name = nameOf(object);
  const { types, pending } = importing;
  if (!types.has(name)) {
    const known = wellKnownTypes[name];
    types.set(name, { name, type: known ?? { kind: "record", fields: [] } });
    if (known === undefined) pending.push(object);
  }
  return { kind: "ref", name };
}

function finish(importing: Importing): void {
  const { types, pending, report } = importing;
  for (let object = pending.pop(); object !== undefined; object = pending.pop()) {
    const name = nameOf(object);
    if (types.size > defaultContractLimits.typesMax) {
      const message = `more than typesMax, ${defaultContractLimits.typesMax} types`;
      return report.add("limit-exceeded", "error", message);
    }
    const type =
      object instanceof protobuf.Enum ? importEnum(object) : importMessage(importing, object);
    const documentation = object.comment ?? undefined;
    types.set(name, { name, type, ...(documentation === undefined ? {} : { documentation }) });
  }
}

function importEnum(object: protobuf.Enum): EnumType {
  const features = Reflect.get(object, "_features") as { readonly enum_type?: string } | undefined;
  return {
    kind: "enum",
    values: Object.entries(object.values).map(([value, number]) => ({ value, number })),
    open: features?.enum_type !== "CLOSED",
    spelling: "string",
  };
}

function importMessage(importing: Importing, message: protobuf.Type): RecordType {
  const fields: Field[] = [];
  const done = new Set<protobuf.OneOf>();
  for (const field of message.fieldsArray) {
    const oneof = field.partOf;
    if (oneof === null || oneof.isProto3Optional) {
      const imported = importField(importing, message, field);
      if (imported !== undefined) fields.push(imported);
    } else if (!done.has(oneof)) {
      done.add(oneof);
      fields.push(importOneof(importing, message, oneof));
    }
  }
  return { kind: "record", fields };
}

function importField(
  importing: Importing,
  message: protobuf.Type,
  field: protobuf.Field,
): Field | undefined {
  const type = fieldType(importing, message, field);
  if (type === undefined) return undefined;
  const { id, comment } = field;
  const name = fieldNameOf(field);
  const jsonName = jsonNameOf(field);
  return {
    name,
    type,
    presence: presenceOf(field, type),
    nullable: false,
    protoNumber: id,
    ...(jsonName === name ? {} : { jsonName }),
    ...groupOf(field),
    ...documented(comment),
    ...defaultOf(field),
  };
}

/** Maps have lengths before them, whatever features say of the messages in them. */
function groupOf(field: protobuf.Field): { readonly protoGroup?: true } {
  return field.delimited && !field.map ? { protoGroup: true } : {};
}

function presenceOf(field: protobuf.Field, type: Type): Field["presence"] {
  if (field.required) return "required";
  if (field.repeated || field.map) return "implicit";
  if (type.kind === "ref" && !(field.resolvedType instanceof protobuf.Enum)) return "optional";
  return field.hasPresence ? "optional" : "implicit";
}

/** proto2 alone has defaults; JSON and the wire leave the field out all the same. */
function defaultOf(field: protobuf.Field): Pick<Field, "default"> {
  const value: unknown = field.options?.["default"];
  // Of bytes it is written in escapes of C, which is no form of the model.
  if (value === undefined || field.repeated || field.type === "bytes") return {};
  if (typeof value === "string") return { default: value };
  const isEndless = value === Infinity || value === -Infinity;
  if (isEndless) return { default: value > 0 ? "INF" : "-INF" };
  return { default: Number.isNaN(value) ? "NaN" : JSON.stringify(value) };
}

/** An extension has its full name, of which the parser keeps the leading dot. */
export function fieldNameOf({ name }: protobuf.Field): string {
  return name.replace(/^\./, "");
}

/** protobuf.dev/programming-guides/json: lowerCamelCase, unless json_name says otherwise. */
export function jsonNameOf(field: protobuf.Field): string {
  const { name, options } = field;
  // protobuf.dev/programming-guides/json: extensions stand under their full names in brackets.
  if (name.startsWith(".")) return `[${name.slice(1)}]`;
  const given: unknown = options?.["json_name"] ?? Reflect.get(field, "jsonName");
  return typeof given === "string" ? given : usualJsonName(name);
}

function fieldType(
  importing: Importing,
  message: protobuf.Type,
  field: protobuf.Field,
): Type | undefined {
  const single = singleType(importing, message, field);
  if (single === undefined) return undefined;
  if (field instanceof protobuf.MapField) {
    const key = scalarTypes[field.keyType];
    if (key === undefined || key.kind === "float" || key.kind === "bytes") return undefined;
    return { kind: "map", key, value: single };
  }
  return field.repeated ? { kind: "list", item: single, itemNullable: false, min: 0 } : single;
}

function singleType(
  importing: Importing,
  message: protobuf.Type,
  field: protobuf.Field,
): Type | undefined {
  const scalar = scalarTypes[field.type];
  if (scalar !== undefined) return scalar;
  const found = lookUp(message, field.type);
  if (found instanceof protobuf.Type || found instanceof protobuf.Enum) {
    return reference(importing, found);
  }
  const what = `field ${field.name} of ${nameOf(message)} is of type ${field.type}`;
  const place = importing.report.placeOf(
    new RegExp(`^[^\\n/]*\\b${field.type.replaceAll(/[^\w]/g, "\\$&")}\\s+${field.name}\\b`, "m"),
  );
  const how = "which is not found; the field is left out";
  importing.report.add("type-not-found", "error", `${what}, ${how}`, place);
  return undefined;
}

/** What stands above it. Of descriptors, the parser leaves it undefined where it says null. */
export function documented(comment: string | null | undefined): {
  readonly documentation?: string;
} {
  return typeof comment === "string" ? { documentation: comment } : {};
}

/** Its members stand in the enclosing message, in JSON as on the wire. */
function importOneof(importing: Importing, message: protobuf.Type, oneof: protobuf.OneOf): Field {
  const variants = oneof.fieldsArray.flatMap((field) => {
    const type = fieldType(importing, message, field);
    if (type === undefined) return [];
    return [{ name: jsonNameOf(field), type, protoNumber: field.id, ...groupOf(field) }];
  });
  return {
    name: oneof.name,
    type: { kind: "union", exclusive: true, variants },
    presence: "optional",
    nullable: false,
    xml: { node: "inline", name: oneof.name, namespace: "" },
    ...documented(oneof.comment),
  };
}
