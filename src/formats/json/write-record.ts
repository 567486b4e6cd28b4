/** Records: the type's name where it is a derived one, then the fields in their order. */
import type { RecordType, TypeName } from "#contract/types.ts";
import { typeKey, type Value, type ValueRecord } from "#contract/value.ts";
import { isOpen, resolve, spelledFields } from "./resolve.ts";
import { writeRaw } from "./write-raw.ts";
import { writeString } from "./write-string.ts";
import type { WriteJson, WriterScope } from "./writer-scope.ts";

interface WriteField {
  readonly key: string;
  /** `,"name":`; empty where the value brings its own name. */
  readonly before: string;
  readonly write: WriteJson;
}

/** @param tag a union's discriminator, which is written there and not here. */
export function compileRecordWrite(
  scope: WriterScope,
  record: RecordType,
  name: TypeName | undefined,
  tag?: string,
): WriteJson {
  const own = compileOwnWrite(scope, record, "", tag);
  const derived = name === undefined ? [] : (scope.derived.get(name) ?? []);
  if (derived.length === 0) return own;
  const writes = new Map<Value | undefined, WriteJson>();
  for (const derivedName of derived) {
    const type = resolve(scope.contract, { kind: "ref", name: derivedName });
    if (type.kind !== "record") continue;
    const before = `,${JSON.stringify(typeKey)}:${JSON.stringify(derivedName)}`;
    writes.set(derivedName, compileOwnWrite(scope, type, before, tag));
  }
  return (value) => (writes.get((value as ValueRecord)[typeKey]) ?? own)(value);
}

function compileOwnWrite(
  scope: WriterScope,
  record: RecordType,
  before: string,
  tag: string | undefined,
): WriteJson {
  // Planned at the first message: records may hold themselves.
  let fields: readonly WriteField[] | undefined;
  let known: ReadonlySet<string> | undefined;
  const open = isOpen(scope.contract, record);
  return (value) => {
    const members = value as ValueRecord;
    fields ??= planFields(scope, record, tag);
    let out = before;
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index] as WriteField;
      const one = members[field.key];
      if (one === undefined) continue;
      out += one === null ? `${field.before}null` : field.before + field.write(one);
    }
    if (open) {
      known ??= new Set([...fields.map(({ key }) => key), typeKey, tag ?? typeKey]);
      out += writeSurplus(members, known);
    }
    return out === "" ? "{}" : `{${out.slice(1)}}`;
  };
}

function planFields(
  scope: WriterScope,
  record: RecordType,
  tag: string | undefined,
): readonly WriteField[] {
  const fields: WriteField[] = [];
  for (const { field, name, flat: union } of spelledFields(scope.contract, record)) {
    if (name === tag) continue;
    const before = `,${JSON.stringify(name)}:`;
    if (union === undefined) {
      fields.push({ key: field.name, before, write: scope.compile(field.type) });
      continue;
    }
    const writes = new Map(union.variants.map((one) => [one.name, scope.compile(one.type)]));
    const write = (value: Value): string => writeChoice(value as ValueRecord, writes);
    fields.push({ key: field.name, before: "", write });
  }
  return fields;
}

function writeChoice(choice: ValueRecord, writes: ReadonlyMap<string, WriteJson>): string {
  for (const name in choice) {
    const value = choice[name];
    const write = writes.get(name);
    if (value === undefined || write === undefined) continue;
    return `,${JSON.stringify(name)}:${value === null ? "null" : write(value)}`;
  }
  return "";
}

/** Members that were kept though the contract does not know them. */
function writeSurplus(members: ValueRecord, known: ReadonlySet<string>): string {
  let out = "";
  for (const key in members) {
    const value = members[key];
    if (known.has(key) || typeof value !== "string") continue;
    out += `,${writeString(key)}:${writeRaw(value)}`;
  }
  return out;
}
