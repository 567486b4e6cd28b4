/**
 * What stands in the place of a value: of the same type, so that it can be told in every dialect,
 * and without anything of what was there, but for the end that an operator lets show.
 */
import { compileScalarText } from "#contract/check-scalar.ts";
import type { Contract } from "#contract/contract.ts";
import { createGenerator } from "#contract/generate-values.ts";
import { resolve } from "#contract/resolve.ts";
import type { Field, Type } from "#contract/types.ts";
import { createRecord, type Value } from "#contract/value.ts";

export interface Masking {
  readonly how: "remove" | "replace" | "partly";
  /** Of texts. */
  readonly text: string;
  /** Characters at the end that show, where it is masked partly. */
  readonly show: number;
}

/** Undefined: the field is left out. */
export type MaskValue = (value: Value) => Value | undefined;

export function compileMaskedValue(contract: Contract, field: Field, masking: Masking): MaskValue {
  const { how } = masking;
  const mayLack = field.presence !== "required" && field.fixed === undefined;
  if (how === "remove" && mayLack) return () => undefined;
  if (how === "remove" && field.nullable) return () => null;
  const stand = standIn(contract, field.type, masking.text);
  const instead = stand ?? (mayLack ? undefined : field.nullable ? null : finite(contract, field));
  // Nothing is null, and that may be seen.
  if (how !== "partly") return (value) => (value === null ? null : instead);
  const type = resolve(contract, field.type);
  const scalar = type.kind === "string" ? compileScalarText(type) : undefined;
  return (value) => {
    if (value === null) return null;
    if (typeof value !== "string" || scalar === undefined) return instead;
    const shown = partly(value, masking);
    return scalar.read(shown) === undefined ? instead : shown;
  };
}

/** Of a short text nothing shows: too much of it would. */
function partly(value: string, { show }: Masking): string {
  const characters = Array.from(value);
  const hidden = characters.length - show;
  if (hidden < show || hidden < 1) return "*".repeat(characters.length);
  return "*".repeat(hidden) + characters.slice(hidden).join("");
}

/** Undefined: there is none for such a type. */
function standIn(contract: Contract, type: Type, text: string): Value | undefined {
  const resolved = resolve(contract, type);
  switch (resolved.kind) {
    case "list":
      return resolved.min === 0 ? [] : undefined;
    case "map":
      return createRecord();
    case "record":
    case "union":
      return undefined;
    case "opaque":
      return resolved.content === "json" ? "null" : undefined;
    case "bytes":
      return checked(resolved, new Uint8Array(resolved.lengthMin ?? 0));
    default: {
      const scalar = compileScalarText(resolved);
      for (const candidate of candidates(resolved.kind, text)) {
        const value = scalar.read(candidate);
        if (value !== undefined) return value;
      }
      return undefined;
    }
  }
}

function checked(type: Extract<Type, { kind: "bytes" }>, bytes: Uint8Array): Value | undefined {
  return compileScalarText(type).write(bytes) === undefined ? undefined : bytes;
}

function candidates(kind: Type["kind"], text: string): readonly string[] {
  switch (kind) {
    case "string":
    case "uri":
    case "qname":
      return [text, "", ...[1, 2, 4, 8, 16, 32].map((length) => "*".repeat(length))];
    case "uuid":
      return ["00000000-0000-0000-0000-000000000000"];
    case "date":
      return ["1970-01-01", "1970-01-01Z"];
    case "time":
      return ["00:00:00", "00:00:00Z"];
    case "dateTime":
      return ["1970-01-01T00:00:00Z", "1970-01-01T00:00:00"];
    case "duration":
      return ["PT0S", "P0D"];
    default:
      return ["0", "false", "1"];
  }
}

/** Some value of the type, which says nothing of what was there. */
function finite(contract: Contract, field: Field): Value {
  const one: Field = { ...field, presence: "required" };
  const [message] = createGenerator(contract)({
    type: { kind: "record", fields: [one] },
    headers: [],
  });
  return message?.body[field.name] ?? null;
}
