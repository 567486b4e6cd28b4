/** Records as GraphQL's executor has read them, to canonical records. */
import type { GraphQLInputType } from "graphql";
import { DocumentFailure } from "#contract/document-fault.ts";
import type { Field } from "#contract/types.ts";
import { createRecord, typeKey, type Value, type ValueRecord } from "#contract/value.ts";
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
    ? readOthers(record, others, `${place}/${othersName}`, fields)
    : record;
}

/**
 * @param given the text of a JSON object; its members become their exact texts. Nothing has read
 * these, so none may stand in the place of a field.
 */
export function readOthers(
  record: { [name: string]: Value },
  given: unknown,
  place: string,
  fields: readonly InputField[] = [],
): ValueRecord {
  const spans = readValueSpans(String(given));
  if (spans.kind !== "object") {
    const message = "expected an object of JSON";
    throw new DocumentFailure({ kind: "fault", code: "invalid-value", message, place });
  }
  const named = spans.members.size === 0 ? new Set<string>() : namesOf(fields);
  for (const [name, text] of spans.members) {
    if (named.has(name)) {
      const message = `the contract names the member ${JSON.stringify(name.slice(0, 100))}`;
      const told = `${message}: expected others here`;
      throw new DocumentFailure({ kind: "fault", code: "invalid-value", message: told, place });
    }
    record[name] = text;
  }
  return record;
}

/** In records and in JSON; choices stand there with what is chosen. */
export function namesOf(fields: readonly Pick<InputField, "field">[]): ReadonlySet<string> {
  const names = new Set([typeKey]);
  for (const { field } of fields) {
    names.add(field.name).add(field.jsonName ?? field.name);
    if (field.type.kind !== "union" || field.xml?.node !== "inline") continue;
    for (const variant of field.type.variants) names.add(variant.name);
  }
  return names;
}
