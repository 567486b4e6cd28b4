/** All fields of a message or a fault's detail, inherited ones first. */
import type { Field, RecordType, RefType } from "#contract/types.ts";
import { behind, type DescribeScope } from "#formats/json-schema/describe-scope.ts";

export function inheritedFields(
  scope: DescribeScope,
  message: RecordType | RefType,
): readonly Field[] {
  const fields: Field[] = [];
  let type: RecordType | RefType | undefined = message;
  for (let count = 0; type !== undefined && count < 100; count++) {
    const record = behind(scope, type);
    if (record.kind !== "record") break;
    fields.unshift(...record.fields);
    type = record.extends === undefined ? undefined : { kind: "ref", name: record.extends };
  }
  return fields;
}
