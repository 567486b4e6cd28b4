/**
 * Which list operation of a service answers for many keys what another answers for one: derived
 * from the contract alone. `getOrder(id)` and `listOrders(ids)`, both of `Order`, are such a pair.
 */
import type { Contract, Operation } from "#contract/contract.ts";
import { fieldsOf, recordName, resolve } from "#contract/resolve.ts";
import type { Field, ListType, Type, TypeName } from "#contract/types.ts";
import { lastPart } from "./schema-names.ts";

export interface KeyList {
  readonly serviceName: string;
  readonly one: Operation;
  readonly many: Operation;
  /** Input field of the one, and of the many. */
  readonly key: string;
  readonly keys: string;
  /** What the contract lets one call have. */
  readonly keysMax: number;
  /** Output field of the many. */
  readonly list: string;
  /** Field of an object that says whose it is. */
  readonly keyOfItem: string;
  /** Output field of the one in which its object stands; undefined: it is the output. */
  readonly wrapper: string | undefined;
}

/** Where several operations would do, none does: the contract does not tell which is meant. */
export function findKeyLists(
  serviceName: string,
  contract: Contract,
  offered: ReadonlySet<string> | undefined,
): ReadonlyMap<Operation, KeyList> {
  const plain = contract.operations.filter(
    ({ id, mode, safety }) => mode === "unary" && safety === "safe" && offered?.has(id) !== false,
  );
  const lists = plain.flatMap((operation) => listsOf(contract, operation));
  const found = new Map<Operation, KeyList>();
  for (const one of lists.length === 0 ? [] : plain) {
    const own = keyed(contract, one).flatMap(({ item, key, wrapper }) =>
      lists.flatMap((many) => {
        const keyOfItem = many.item === item ? keyFieldOf(contract, item, key) : undefined;
        if (keyOfItem === undefined || many.operation === one) return [];
        if (kindOf(contract, many.keys.type.item) !== kindOf(contract, key.type)) return [];
        const names = [key.name, keyOfItem, lastPart(item) + keyOfItem].map(folded);
        const told = folded(many.keys.name);
        if (!names.some((name) => told === name || told === `${name}s`)) return [];
        const ends = { key: key.name, keys: many.keys.name, keyOfItem, wrapper };
        const keysMax = many.keys.type.max ?? Infinity;
        return [{ serviceName, one, many: many.operation, list: many.list, keysMax, ...ends }];
      }),
    );
    if (own.length === 1) found.set(one, own[0] as KeyList);
  }
  return found;
}

interface Many {
  readonly operation: Operation;
  readonly keys: { readonly name: string; readonly type: ListType };
  readonly list: string;
  readonly item: TypeName;
}

/** A list of keys is all that it needs, and one list of objects is what it answers. */
function listsOf(contract: Contract, operation: Operation): readonly Many[] {
  const { input, output } = operation;
  if (output === undefined || input.headers.some(({ required }) => required)) return [];
  const keys = fieldsIn(contract, input.type).flatMap(({ name, type, presence }) => {
    const list = resolve(contract, type);
    return list.kind === "list" && !list.itemNullable && kindOf(contract, list.item) !== undefined
      ? [{ name, type: list, presence }]
      : [];
  });
  const [first, ...others] = keys;
  if (first === undefined || others.length > 0 || first.type.min > 2) return [];
  if ((first.type.max ?? Infinity) < 2) return [];
  const isAsked = ({ name, presence }: Field): boolean =>
    presence === "required" && name !== first.name;
  if (fieldsIn(contract, input.type).some(isAsked)) return [];
  const lists = fieldsIn(contract, output.type).flatMap(({ name, type }) => {
    const list = resolve(contract, type);
    const item = list.kind === "list" ? recordName(contract, list.item) : undefined;
    return item === undefined ? [] : [{ operation, keys: first, list: name, item }];
  });
  return lists.length === 1 ? lists : [];
}

interface Keyed {
  readonly item: TypeName;
  readonly key: Field;
  readonly wrapper: string | undefined;
}

/** One key is all that it needs; its object is its output, or all that stands in it. */
function keyed(contract: Contract, { input, output }: Operation): readonly Keyed[] {
  if (output === undefined || input.headers.some(({ required }) => required)) return [];
  const inputs = fieldsIn(contract, input.type);
  const needed = inputs.filter(({ presence }) => presence === "required");
  const [key, ...others] = needed.length > 0 ? needed : inputs;
  if (key === undefined || others.length > 0) return [];
  if (key.nullable || kindOf(contract, key.type) === undefined) return [];
  const own = recordName(contract, output.type);
  const [inner, ...more] = fieldsIn(contract, output.type);
  const innerName = inner && more.length === 0 ? recordName(contract, inner.type) : undefined;
  return [
    ...(own === undefined ? [] : [{ item: own, key, wrapper: undefined }]),
    ...(innerName === undefined ? [] : [{ item: innerName, key, wrapper: inner?.name }]),
  ];
}

/** `id` for the key `id`, and for the key `orderId` of an `Order`. */
function keyFieldOf(contract: Contract, item: TypeName, key: Field): string | undefined {
  const fields = fieldsIn(contract, { kind: "ref", name: item });
  const kind = kindOf(contract, key.type);
  const named = (name: string): string | undefined =>
    fields.find(
      (field) =>
        folded(field.name) === name && !field.nullable && kindOf(contract, field.type) === kind,
    )?.name;
  const wanted = folded(key.name);
  return named(wanted) ?? (wanted === `${folded(lastPart(item))}id` ? named("id") : undefined);
}

function fieldsIn(contract: Contract, type: Type): readonly Field[] {
  const record = resolve(contract, type);
  return record.kind === "record" ? fieldsOf(contract, record) : [];
}

/** Of what can be a key: two are equal when their texts are. */
function kindOf(contract: Contract, type: Type): string | undefined {
  const found = resolve(contract, type);
  if (found.kind === "int") return `${found.bits} ${found.signed}`;
  return found.kind === "string" || found.kind === "uuid" ? found.kind : undefined;
}

function folded(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}
