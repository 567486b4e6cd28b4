/** What a record's members are in JSON, worked out when its reader or writer is compiled. */
import type { EnumType, Field, RecordType, ScalarType, Type } from "#contract/types.ts";
import { createRecord, type Value } from "#contract/value.ts";
import type { Read } from "./read-scalar.ts";
import type { ReaderScope } from "./reader-scope.ts";
import { isExact, resolve, spelledFields } from "./resolve.ts";
import { compileScalarText } from "#contract/check-scalar.ts";

export interface Member {
  /** As JSON writes it, with quotes. */
  readonly quoted: string;
  readonly index: number;
  /** Key in the record. */
  readonly key: string;
  /** Variant, where the members of a choice stand in the enclosing object. */
  readonly variant: string | undefined;
  readonly nullable: boolean;
  readonly fixed: Value | undefined;
  readonly read: Read;
}

/** What an absent field becomes. */
export interface Absent {
  readonly key: string;
  /** For messages; of a choice, all its variants. */
  readonly names: readonly string[];
  readonly required: boolean;
  /** Fresh every time. */
  readonly fill: (() => Value) | undefined;
}

export interface MemberPlan {
  readonly members: readonly Member[];
  readonly byName: ReadonlyMap<string, Member>;
  /** Only the fields for whose absence something has to be done. */
  readonly absents: readonly Absent[];
}

export function planMembers(scope: ReaderScope, record: RecordType): MemberPlan {
  const members: Member[] = [];
  const absents: Absent[] = [];
  for (const { field, name: own, flat: union } of spelledFields(scope.contract, record)) {
    const { type, nullable } = field;
    const spelled = union?.variants ?? [{ name: own, type, nullable }];
    for (const { name, ...one } of spelled) {
      members.push({
        quoted: JSON.stringify(name),
        index: members.length,
        key: field.name,
        variant: union === undefined ? undefined : name,
        nullable: one.nullable === true,
        fixed: union === undefined ? lexicalValue(scope, field.type, field.fixed) : undefined,
        read: scope.compile(one.type),
      });
    }
    const names = spelled.map(({ name }) => name);
    const fill = fillOf(scope, field);
    const required = field.presence === "required";
    if (required || fill !== undefined) absents.push({ key: field.name, names, required, fill });
  }
  return { members, byName: new Map(members.map((member) => [nameOf(member), member])), absents };
}

function nameOf({ quoted }: Member): string {
  return JSON.parse(quoted) as string;
}

function lexicalValue(scope: ReaderScope, type: Type, text: string | undefined): Value | undefined {
  if (text === undefined) return undefined;
  const resolved = resolve(scope.contract, type);
  return isScalar(resolved) ? compileScalarText(resolved).read(text) : undefined;
}

function fillOf(scope: ReaderScope, field: Field): (() => Value) | undefined {
  if (field.presence === "implicit") return zeroOf(resolve(scope.contract, field.type));
  if (scope.options.fillDefaults !== true) return undefined;
  const value = lexicalValue(scope, field.type, field.default ?? field.fixed);
  return value === undefined ? undefined : () => value;
}

/** proto3: the value of a field that was not sent. */
function zeroOf(type: Type): (() => Value) | undefined {
  switch (type.kind) {
    case "bool":
      return () => false;
    case "float":
      return () => 0;
    case "int":
      return isExact(type) ? () => "0" : () => 0;
    case "decimal":
      return () => "0";
    case "string":
      return () => "";
    case "bytes":
      return () => new Uint8Array();
    case "enum": {
      const first = type.values.find(({ number }) => number === 0) ?? type.values[0];
      return first === undefined ? undefined : () => first.value;
    }
    case "list":
      return () => [];
    case "map":
      return createRecord;
    default:
      return undefined;
  }
}

function isScalar(type: Type): type is ScalarType | EnumType {
  return !["record", "union", "list", "map", "opaque", "ref"].includes(type.kind);
}
