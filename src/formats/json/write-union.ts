/** Unions as JSON spells them: with one member, with a tag, or plainly. */
import type { UnionType } from "#contract/types.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import { assert } from "#base/assert.ts";
import { recordName, resolve } from "./resolve.ts";
import { compileRecordWrite } from "./write-record.ts";
import type { WriteJson, WriterScope } from "./writer-scope.ts";

export function compileUnionWrite(scope: WriterScope, union: UnionType): WriteJson {
  const writes = new Map<string, WriteJson>();
  for (const variant of union.variants) {
    const { name, type, tag = name } = variant;
    if (union.discriminator !== undefined) {
      writes.set(name, compileTagged(scope, variant.type, union.discriminator.property, tag));
    } else if (union.plain === true) {
      const write = scope.compile(type);
      writes.set(name, (value) => (value === null ? "null" : write(value)));
    } else {
      const write = scope.compile(type);
      const before = `{${JSON.stringify(name)}:`;
      writes.set(name, (value) => `${before}${value === null ? "null" : write(value)}}`);
    }
  }
  return (value) => {
    for (const name in value as ValueRecord) {
      const write = writes.get(name);
      if (write !== undefined) return write((value as ValueRecord)[name] as Value);
    }
    assert(false, "a union without a variant of its own");
  };
}

function compileTagged(
  scope: WriterScope,
  type: UnionType["variants"][number]["type"],
  property: string,
  tag: string,
): WriteJson {
  const record = resolve(scope.contract, type);
  if (record.kind !== "record") return scope.compile(type);
  const write = compileRecordWrite(scope, record, recordName(scope.contract, type), property);
  const before = `{${JSON.stringify(property)}:${JSON.stringify(tag)}`;
  return (value) => {
    const members = write(value);
    return members === "{}" ? `${before}}` : `${before},${members.slice(1)}`;
  };
}
