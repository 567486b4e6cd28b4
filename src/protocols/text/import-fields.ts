/** Declared fields to fields of the contract's types. */
import type { Field, RecordType, Type } from "#contract/types.ts";
import type { DeclaredField, DeclaredMessage, DeclaredRecord } from "./declared.ts";

/** Gives a record a name of its own; other dialects want one. */
export type NameRecord = (suggested: string, record: RecordType) => Type;

/** @param owner begins the names of records within. */
export function fieldsOfMessage(
  message: DeclaredMessage,
  owner: string,
  nameRecord: NameRecord,
): readonly Field[] {
  const own = importFields(message.fields ?? [], message, owner, nameRecord);
  if (message.rows !== undefined) return [listOf(message.rows, own, owner, nameRecord)];
  return [...own, ...importRecords(message.records ?? [], message, owner, nameRecord)];
}

function importRecords(
  records: readonly DeclaredRecord[],
  message: DeclaredMessage,
  owner: string,
  nameRecord: NameRecord,
): readonly Field[] {
  return records.map(({ name, occurs, fields, records: within = [] }): Field => {
    const inside = [
      ...importFields(fields, message, owner, nameRecord),
      ...importRecords(within, message, owner + capital(name), nameRecord),
    ];
    if (occurs === "many") return listOf(name, inside, owner, nameRecord);
    const type = nameRecord(owner + capital(name), { kind: "record", fields: inside });
    return { name, type, presence: occurs === "once" ? "required" : "optional", nullable: false };
  });
}

function listOf(
  name: string,
  fields: readonly Field[],
  owner: string,
  nameRecord: NameRecord,
): Field {
  const item = nameRecord(owner + capital(name), { kind: "record", fields });
  const type: Type = { kind: "list", item, itemNullable: false, min: 0 };
  return { name, type, presence: "required", nullable: false };
}

function importFields(
  fields: readonly DeclaredField[],
  message: DeclaredMessage,
  owner: string,
  nameRecord: NameRecord,
): readonly Field[] {
  return fields.flatMap((field): readonly Field[] => {
    const { name, required, blank, description, sensitive, many, as } = field;
    if (name === undefined) return [];
    const single = field.fields
      ? nameRecord(owner + capital(name), {
          kind: "record",
          fields: importFields(field.fields, message, owner + capital(name), nameRecord),
        })
      : scalarOf(field, message.format === "fixed-width");
    const type: Type =
      many === true ? { kind: "list", item: single, itemNullable: false, min: 0 } : single;
    const isXml = message.format === "xml" && as !== undefined;
    return [
      {
        ...{ name, type, presence: required && many !== true ? "required" : "optional" },
        nullable: blank === "null",
        ...(isXml ? { xml: { node: "element", name: as, namespace: "" } } : {}),
        ...(sensitive === true ? { sensitive } : {}),
        ...(description === undefined ? {} : { documentation: description }),
      },
    ];
  });
}

function scalarOf(field: DeclaredField, isFixed: boolean): Type {
  const { type = "string", values, length } = field;
  if (values !== undefined) {
    const list = values.map((value) => ({ value }));
    return { kind: "enum", values: list, open: false, spelling: "string" };
  }
  switch (type) {
    case "string": {
      const most = length === undefined ? {} : { lengthMax: length };
      return { kind: "string", whitespace: "preserve", ...most };
    }
    case "int":
    case "long":
    case "bigint": {
      const bits = type === "int" ? 32 : type === "long" ? 64 : "big";
      return { kind: "int", bits, signed: true, ...(isFixed ? boundsOf(field, bits) : {}) };
    }
    case "decimal":
      return decimalOf(field, isFixed);
    case "double":
      return { kind: "float", bits: 64 };
    case "bool":
      return { kind: "bool" };
    case "date":
    case "time":
      return { kind: type, zone: "none" };
    case "datetime":
      return { kind: "dateTime", zone: "none" };
    case "bytes":
      return { kind: "bytes", encoding: "base64" };
  }
}

/** What the width of the field can hold, as far as that is less than the type. */
function boundsOf(
  { length = 1, sign, plus }: DeclaredField,
  bits: 32 | 64 | "big",
): { readonly minimum?: string; readonly maximum?: string } {
  const most = bits === 32 ? 9 : bits === 64 ? 18 : 1_000;
  const below = sign === "overpunch" ? length : length - 1;
  const above = plus === true ? below : length;
  return {
    ...(above <= most ? { maximum: "9".repeat(above) || "0" } : {}),
    ...(below <= most ? { minimum: below === 0 ? "0" : `-${"9".repeat(below)}` } : {}),
  };
}

function decimalOf({ length, decimals, sign, plus }: DeclaredField, isFixed: boolean): Type {
  const scale = decimals === undefined ? {} : { scale: decimals };
  if (!isFixed || length === undefined || decimals === undefined || decimals > length) {
    return { kind: "decimal", ...scale };
  }
  const below = sign === "overpunch" ? length : length - 1;
  const nines = (count: number): string => {
    const all = "9".repeat(count).padStart(decimals + 1, "0");
    return decimals === 0 ? all : `${all.slice(0, -decimals)}.${all.slice(-decimals)}`;
  };
  const minimum = below === 0 ? "0" : `-${nines(below)}`;
  return { kind: "decimal", ...scale, minimum, maximum: nines(plus === true ? below : length) };
}

export function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
