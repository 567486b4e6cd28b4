/** Records as GraphQL's executor has read them, to canonical records. */
import type { GraphQLInputType } from "graphql";
import { DocumentFailure } from "#contract/document-fault.ts";
import type { Field } from "#contract/types.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";
import { othersName } from "./schema-types.ts";

export interface Input {
  readonly type: GraphQLInputType;
  /** Of what the executor has read. Throws DocumentFailure. @param place `/lines/0/price` */
  readonly read: (given: unknown, place: string) => Value;
}

export interface InputField {
  /** In GraphQL. */
  readonly name: string;
  readonly field: Field;
  readonly input: Input;
}

/** A null for a field that has none of its own says, by GraphQL's custom, that it is not there. */
export function readRecord(
  fields: readonly InputField[],
  isOpen: boolean,
  given: Readonly<Record<string, unknown>>,
  place: string,
): ValueRecord {
  const record = createRecord();
  for (const { name, field, input } of fields) {
    // The executor's objects have a prototype, whose members nobody has given.
    const own = Object.hasOwn(given, name) ? given[name] : undefined;
    if (own !== undefined && own !== null) {
      record[field.name] = input.read(own, `${place}/${name}`);
    } else if (own === null && field.nullable) record[field.name] = null;
    else if (field.presence === "required") {
      const message = `${name} must be there${field.nullable ? ", be it null" : ""}`;
      throw new DocumentFailure({ kind: "fault", code: "missing-member", message, place });
    }
  }
  const others = given[othersName];
  return isOpen && others !== undefined && others !== null
    ? readOthers(record, others, `${place}/${othersName}`)
    : record;
}

/** @param given the text of a JSON object; its members become their exact texts. */
export function readOthers(
  record: { [name: string]: Value },
  given: unknown,
  place: string,
): ValueRecord {
  const spans = readValueSpans(String(given));
  if (spans.kind !== "object") {
    const message = "expected an object of JSON";
    throw new DocumentFailure({ kind: "fault", code: "invalid-value", message, place });
  }
  for (const [name, text] of spans.members) {
    if (!Object.hasOwn(record, name)) record[name] = text;
  }
  return record;
}
