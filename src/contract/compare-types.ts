/** Whether what is sent as one type can be taken as another, field by field, with the place. */
import type { Contract } from "./contract.ts";
import { scalarMisfit, exceeds } from "./compare-scalars.ts";
import type { EnumType, Field, RecordType, ScalarType, Type, UnionType } from "./types.ts";

export interface TypeComparison {
  readonly sender: Contract;
  readonly receiver: Contract;
  /** Whether the receiver refuses members that it does not know. */
  readonly strict: boolean;
  readonly report: (breaking: boolean, place: string, message: string) => void;
  /** Pairs of names under comparison or done, so that recursion ends. */
  readonly known: Set<string>;
}

export function compareTypes(on: TypeComparison, from: Type, to: Type, place: string): void {
  const pair = from.kind === "ref" && to.kind === "ref" ? `${from.name}\n${to.name}` : undefined;
  if (pair !== undefined) {
    if (on.known.has(pair)) return;
    on.known.add(pair);
  }
  const sent = behind(on.sender, from);
  const taken = behind(on.receiver, to);
  const breaks = (message: string) => on.report(true, place, message);
  if (taken.kind === "opaque" && taken.content === "json") return;
  if (isSimple(sent) && isSimple(taken)) {
    const misfit = scalarMisfit(sent, taken);
    if (misfit !== undefined) breaks(misfit);
  } else if (sent.kind === "record" && taken.kind === "record") {
    compareRecords(on, sent, taken, place);
  } else if (sent.kind === "union" && taken.kind === "union") {
    compareUnions(on, sent, taken, place);
  } else if (sent.kind === "list" && taken.kind === "list") {
    if (exceeds(sent.max, taken.max)) breaks(`more than ${taken.max} items`);
    if (sent.min < taken.min) breaks(`fewer than ${taken.min} items`);
    if (sent.itemNullable && !taken.itemNullable) breaks("items that are null");
    if (sent.xmlText !== taken.xmlText) breaks("items stand elsewhere in XML");
    compareTypes(on, sent.item, taken.item, `${place}[]`);
  } else if (sent.kind === "map" && taken.kind === "map") {
    if (sent.valueNullable === true && taken.valueNullable !== true) breaks("values that are null");
    compareTypes(on, sent.key, taken.key, `${place}{name}`);
    compareTypes(on, sent.value, taken.value, `${place}{}`);
  } else if (sent.kind !== "opaque" || taken.kind !== "opaque" || sent.content !== taken.content) {
    breaks(`a ${sent.kind} is no ${taken.kind}`);
  }
}

function isSimple(type: Type): type is ScalarType | EnumType {
  return !["record", "union", "list", "map", "opaque", "ref"].includes(type.kind);
}

function compareRecords(on: TypeComparison, from: RecordType, to: RecordType, place: string): void {
  const sent = allFields(on.sender, from);
  const taken = allFields(on.receiver, to);
  const takenByName = new Map(taken.map((field) => [field.name, field]));
  const sentByName = new Map(sent.map((field) => [field.name, field]));
  for (const field of sent) {
    const other = takenByName.get(field.name);
    if (other !== undefined) compareFields(on, field, other, `${place}.${field.name}`);
    else {
      const breaking = on.strict && to.open !== true;
      on.report(breaking, `${place}.${field.name}`, "the field is not known");
    }
  }
  for (const field of taken) {
    if (sentByName.has(field.name)) continue;
    const breaking = field.presence === "required";
    const message = breaking ? "the field is required and not sent" : "the field is not sent";
    on.report(breaking, `${place}.${field.name}`, message);
  }
  if (to.xmlOrder !== "all" && !sameOrder(sent, takenByName, taken)) {
    on.report(true, place, "the fields have another order in XML");
  }
}

function compareFields(on: TypeComparison, from: Field, to: Field, place: string): void {
  const breaks = (message: string) => on.report(true, place, message);
  if (from.presence === "optional" && to.presence === "required") {
    breaks("the field may be absent and is required");
  }
  if (from.nullable && !to.nullable) breaks("null is not taken");
  if ((from.jsonName ?? from.name) !== (to.jsonName ?? to.name)) breaks("another name in JSON");
  if (to.fixed !== undefined && from.fixed !== to.fixed) breaks(`anything but \`${to.fixed}\``);
  if (xmlKey(from) !== xmlKey(to)) breaks("another place in XML");
  compareTypes(on, from.type, to.type, place);
}

function xmlKey({ xml, name }: Field): string {
  if (xml === undefined) return `element ${name}`;
  const { node, namespace, wrapper } = xml;
  return [node, xml.name, namespace, wrapper?.name, wrapper?.namespace].join(" ");
}

function sameOrder(
  sent: readonly Field[],
  takenByName: ReadonlyMap<string, Field>,
  taken: readonly Field[],
): boolean {
  const isOrdered = ({ xml }: Field) => xml?.node !== "attribute" && xml?.node !== "anyAttribute";
  const common = sent.filter((field) => takenByName.has(field.name) && isOrdered(field));
  const names = new Set(common.map(({ name }) => name));
  const other = taken.filter(({ name }) => names.has(name));
  return common.every((field, index) => field.name === other[index]?.name);
}

function compareUnions(on: TypeComparison, from: UnionType, to: UnionType, place: string): void {
  const shape = ({ plain, discriminator }: UnionType) => `${plain} ${discriminator?.property}`;
  if (shape(from) !== shape(to)) on.report(true, place, "JSON spells the choice in another way");
  for (const variant of from.variants) {
    const other = to.variants.find(({ name }) => name === variant.name);
    const at = `${place}.${variant.name}`;
    if (other === undefined) {
      on.report(true, at, "the variant is not known");
      continue;
    }
    if (variant.tag !== other.tag) on.report(true, at, "another tag");
    if (variant.nullable === true && other.nullable !== true)
      on.report(true, at, "null is not taken");
    compareTypes(on, variant.type, other.type, at);
  }
}

function behind({ types }: Contract, type: Type): Exclude<Type, { kind: "ref" }> {
  let at: Type = type;
  for (let count = 0; at.kind === "ref" && count < 100; count++) {
    at = types.get(at.name)?.type ?? { kind: "opaque", content: "json" };
  }
  return at.kind === "ref" ? { kind: "opaque", content: "json" } : at;
}

/** Inherited ones first. */
function allFields(contract: Contract, record: RecordType): readonly Field[] {
  const fields = [...record.fields];
  let base = record.extends;
  for (let count = 0; base !== undefined && count < 100; count++) {
    const type = behind(contract, { kind: "ref", name: base });
    if (type.kind !== "record") break;
    fields.unshift(...type.fields);
    base = type.extends;
  }
  return fields;
}
