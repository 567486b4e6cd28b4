/** What outputs of a gateway of ours are put together from. */
import type { GraphQLObjectType } from "graphql";
import type { Contract } from "#contract/contract.ts";
import type { Field, RecordType, UnionType } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import { shapeOf } from "./schema-types.ts";
import { membersOf, refuse, textIn, type ReadText } from "./upstream-own-leaf.ts";

export interface OwnOutput {
  /** `{ id name }`; "" for values without fields. */
  readonly selection: string;
  /** Throws DocumentFailure. */
  readonly read: ReadText;
}

interface Member extends OwnOutput {
  readonly object: GraphQLObjectType;
  /** Of the variant, or of the derived type. */
  readonly name: string;
}

export function choiceOf(
  members: readonly Member[],
  made: (value: Value, member: Member) => Value,
): OwnOutput {
  const byName = new Map(members.map((one) => [one.object.name, one]));
  const fragments = members.map(({ object, selection }) => ` ... on ${object.name} ${selection}`);
  return {
    selection: `{ __typename${fragments.join("")} }`,
    read(text, place) {
      const name = textIn(membersOf(text, place).get("__typename"));
      const member = byName.get(name ?? "");
      if (member === undefined) return refuse(`expected one of its types, found ${name}`, place);
      return made(member.read(text, place), member);
    },
  };
}

/** Asked for only so far as to see whether something is there. */
export function tooDeep(contract: Contract, type: RecordType | UnionType): OwnOutput {
  const isScalar = type.kind === "record" && shapeOf(contract, type) !== "fields";
  return {
    selection: isScalar ? "" : "{ __typename }",
    read: (_text, place) => refuse("the answer is nested deeper than is asked for", place),
  };
}

/** Undefined: the field is not there, which is what a null of GraphQL says where it may say it. */
export function valueOf(
  field: Field,
  text: string,
  read: ReadText,
  place: string,
): Value | undefined {
  if (text !== "null") return read(text, place);
  if (field.presence === "optional") return undefined;
  if (field.nullable) return null;
  return refuse(`expected a value, found null`, place);
}

/** @param named those of the contract, which would be held to no type here. */
export function addOthers(
  record: { [name: string]: Value },
  text: string,
  place: string,
  named: ReadonlySet<string>,
): Value {
  for (const [name, own] of membersOf(text, place)) {
    if (named.has(name)) refuse(`the contract names the member ${JSON.stringify(name)}`, place);
    record[name] = own;
  }
  return record;
}

export function spaced(selection: string): string {
  return selection === "" ? "" : ` ${selection}`;
}
