/** Which features, of those that dialects may be unable to carry, a type holds, and where first. */
import { compileScalarText } from "./check-scalar.ts";
import type { Contract } from "./contract.ts";
import type { Feature } from "./fidelity.ts";
import { baseOf } from "./resolve.ts";
import type { RecordType, StringType, Type, TypeName, UnionType } from "./types.ts";

/** The place of the first one: `/lines/sku`. */
export type Features = ReadonlyMap<Feature, string>;

interface Walk {
  readonly contract: Contract;
  readonly found: Map<Feature, string>;
  readonly seen: Set<TypeName>;
}

/** Types that derive from one that is held count as held by whatever names them only. */
export function featuresOf(contract: Contract, type: Type): Features {
  const walk: Walk = { contract, found: new Map(), seen: new Set() };
  visit(walk, type, "");
  return walk.found;
}

function visit(walk: Walk, type: Type, place: string): void {
  switch (type.kind) {
    case "ref":
      return visitNamed(walk, type.name, place);
    case "record":
      return visitRecord(walk, type, place);
    case "union":
      return visitUnion(walk, type, place);
    case "list":
      return visit(walk, type.item, place);
    case "map":
      visit(walk, type.key, place);
      return visit(walk, type.value, `${place}/*`);
    case "opaque":
      if (type.content === "protoAny") return;
      return note(walk, type.content === "xml" ? "opaque-xml" : "opaque-json", place);
    case "string":
      if (holdsControls(walk.contract, type)) note(walk, "control-characters", place);
      return;
    default:
    // Other scalars have spellings that every dialect can carry.
  }
}

function visitNamed(walk: Walk, name: TypeName, place: string): void {
  if (walk.seen.has(name)) return;
  walk.seen.add(name);
  const named = walk.contract.types.get(name);
  if (named !== undefined) visit(walk, named.type, place);
}

function visitRecord(walk: Walk, record: RecordType, place: string): void {
  if (record.open === true) note(walk, "open-record", place);
  const base = baseOf(walk.contract, record);
  if (base !== undefined) visitRecord(walk, base, place);
  for (const { name, type } of record.fields) visit(walk, type, `${place}/${name}`);
}

function visitUnion(walk: Walk, union: UnionType, place: string): void {
  if (union.plain === true && union.variants.length > 1) {
    if (!union.exclusive) note(walk, "any-of", place);
    else if (union.discriminator === undefined) note(walk, "untagged-union", place);
  }
  for (const { name, type } of union.variants) visit(walk, type, `${place}/${name}`);
}

function note({ found }: Walk, feature: Feature, place: string): void {
  if (!found.has(feature)) found.set(feature, place);
}

/** Text of XML Schema is XML's own, so it holds none, as text messages; patterns mostly do so. */
function holdsControls({ dialect }: Contract, type: StringType): boolean {
  if (dialect === "soap" || dialect === "text" || (type.lengthMax ?? 1) === 0) return false;
  const { pattern, patternsAlso, ...plain } = type;
  if (pattern === undefined && patternsAlso === undefined) {
    return type.whitespace === "preserve" && plain.format === undefined;
  }
  const { read } = compileScalarText(type);
  const sizes = [type.lengthMin ?? 1, type.lengthMax ?? 8, 1, 3];
  return sizes.some(
    (size) => read("\u0001".repeat(Math.min(Math.max(size, 1), 1_000))) !== undefined,
  );
}
