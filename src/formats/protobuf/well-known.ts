/**
 * Types of google.protobuf that stand for types of the model: times, masks, wrappers round
 * scalars, JSON as messages. Imported contracts name them by references; a dateTime with a zone
 * and a duration in seconds are Timestamp and Duration in every contract.
 */
import type { Type } from "#contract/types.ts";
import { fieldMask } from "./field-mask.ts";
import { scalarForm, type ScalarForm } from "./scalar-form.ts";

export type WellKnownForm =
  | { readonly kind: "timestamp" | "duration" | "any" | "field-mask"; readonly protoType: string }
  | { readonly kind: "struct" | "value" | "list-value"; readonly protoType: string }
  | { readonly kind: "wrapper"; readonly protoType: string; readonly scalar: ScalarForm };

const packageName = "google.protobuf";
const timestamp: WellKnownForm = { kind: "timestamp", protoType: `${packageName}.Timestamp` };
const duration: WellKnownForm = { kind: "duration", protoType: `${packageName}.Duration` };

/** The type of the model that each stands for. */
export const wellKnownTypes: Readonly<Record<string, Exclude<Type, { kind: "ref" }>>> = {
  "google.protobuf.Timestamp": { kind: "dateTime", zone: "required" },
  "google.protobuf.Duration": { kind: "duration", style: "seconds" },
  "google.protobuf.FieldMask": fieldMask,
  "google.protobuf.Any": { kind: "opaque", content: "protoAny" },
  "google.protobuf.Struct": { kind: "opaque", content: "json" },
  "google.protobuf.Value": { kind: "opaque", content: "json" },
  "google.protobuf.ListValue": { kind: "opaque", content: "json" },
  "google.protobuf.DoubleValue": { kind: "float", bits: 64 },
  "google.protobuf.FloatValue": { kind: "float", bits: 32 },
  "google.protobuf.Int64Value": { kind: "int", bits: 64, signed: true },
  "google.protobuf.UInt64Value": { kind: "int", bits: 64, signed: false },
  "google.protobuf.Int32Value": { kind: "int", bits: 32, signed: true },
  "google.protobuf.UInt32Value": { kind: "int", bits: 32, signed: false },
  "google.protobuf.BoolValue": { kind: "bool" },
  "google.protobuf.StringValue": { kind: "string", whitespace: "preserve" },
  "google.protobuf.BytesValue": { kind: "bytes", encoding: "base64" },
};

const jsonKinds = { Struct: "struct", Value: "value", ListValue: "list-value" } as const;

export function wellKnown(type: Type): WellKnownForm | undefined {
  if (type.kind === "dateTime") return type.zone === "required" ? timestamp : undefined;
  if (type.kind === "duration") return type.style === "seconds" ? duration : undefined;
  if (type.kind !== "ref") return undefined;
  const model = wellKnownTypes[type.name];
  if (model === undefined) return undefined;
  if (model === fieldMask) return { kind: "field-mask", protoType: type.name };
  switch (model.kind) {
    case "dateTime":
      return timestamp;
    case "duration":
      return duration;
    case "opaque": {
      if (model.content === "protoAny") return { kind: "any", protoType: type.name };
      const kind = jsonKinds[type.name.slice(packageName.length + 1) as keyof typeof jsonKinds];
      return { kind, protoType: type.name };
    }
    case "float":
    case "int":
    case "bool":
    case "string":
    case "bytes":
      return { kind: "wrapper", protoType: type.name, scalar: scalarForm(model) };
    default:
      return undefined;
  }
}
