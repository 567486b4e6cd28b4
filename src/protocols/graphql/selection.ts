/**
 * What is asked for of a result when nobody has declared it: all fields of its own that need no
 * arguments, then those of the objects within, level by level, as far as a bound of fields goes.
 * What leads back to where it came from, and lists that are read by pages, are left out.
 */
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  isRequiredArgument,
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
} from "graphql";
import { createNumbering } from "#contract/numbering.ts";

const depthMax = 4;
const fieldsMax = 200;
/** Objects that may stand in one place, each with fields of its own. */
const possibleMax = 20;
const toldMax = 8;
const none: Aliases = new Map();

/** Other names for fields, by `Object.field`. */
type Aliases = ReadonlyMap<string, string>;

export interface DerivedSelection {
  /** `{ id name }`; "" for values without fields. */
  readonly text: string;
  /** What is not in it, and why: `Product.reviews (asks for arguments)`. */
  readonly leftOut: readonly string[];
}

/** One place where a selection stands. */
interface Spot {
  readonly type: GraphQLCompositeType;
  /** Names of the types that led here, its own last. */
  readonly path: readonly string[];
  readonly fields: Chosen[];
  /** Of an abstract type: one for each object that may stand there. */
  readonly fragments: Spot[];
  readonly aliases: Aliases;
}

interface Chosen {
  readonly name: string;
  readonly spot: Spot | undefined;
}

export type DeriveSelection = (type: GraphQLCompositeType) => DerivedSelection;

export function createDeriveSelection(schema: GraphQLSchema): DeriveSelection {
  const known = new Map<string, DerivedSelection>();
  const aliases = new Map<string, Aliases>();
  const aliasesIn = (type: GraphQLAbstractType): Aliases => {
    const found = aliases.get(type.name) ?? conflictsIn(schema, type);
    aliases.set(type.name, found);
    return found;
  };
  return (type) => {
    const found = known.get(type.name) ?? derive(schema, type, aliasesIn);
    known.set(type.name, found);
    return found;
  };
}

/**
 * GraphQL §5.3.2: what has another type in another object cannot have the same name there. The
 * same wherever the type stands, for selections of several places may be merged.
 */
function conflictsIn(schema: GraphQLSchema, abstract: GraphQLAbstractType): Aliases {
  const objects = schema.getPossibleTypes(abstract);
  const taken = createNumbering(objects.flatMap((one) => Object.keys(one.getFields())));
  const types = new Map<string, string>();
  const found = new Map<string, string>();
  for (const object of objects) {
    for (const { name, type } of Object.values(object.getFields())) {
      const other = types.get(name);
      if (other === undefined) types.set(name, String(type));
      else if (other !== String(type)) {
        found.set(`${object.name}.${name}`, taken(`${name}_${object.name}`));
      }
    }
  }
  return found;
}

function derive(
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
  aliasesIn: (type: GraphQLAbstractType) => Aliases,
): DerivedSelection {
  const spotOf = (one: GraphQLCompositeType, path: readonly string[]): Spot => {
    const isSame = path.at(-1) === one.name;
    const aliases = isAbstractType(one) ? aliasesIn(one) : none;
    const own = isSame ? path : [...path, one.name];
    return { type: one, path: own, fields: [], fragments: [], aliases };
  };
  const told = new Set<string>();
  const root = spotOf(type, []);
  const waiting = [root];
  let count = 0;
  const expand = (spot: Spot): void => {
    if (isAbstractType(spot.type)) {
      const possible = schema.getPossibleTypes(spot.type);
      const fresh = possible.filter(({ name }) => !spot.path.includes(name));
      if (possible.length <= possibleMax) {
        // An interface may be implemented by what it came from: that one has no fields here.
        spot.fragments.push(...fresh.map((one) => spotOf(one, spot.path)));
        return spot.fragments.forEach(expand);
      }
      told.add(`${spot.type.name} (may be ${possible.length} types; its own fields alone)`);
      if (!isInterfaceType(spot.type)) return;
    }
    if (!isObjectType(spot.type) && !isInterfaceType(spot.type)) return;
    for (const field of Object.values(spot.type.getFields())) {
      const named = getNamedType(field.type);
      const inner = isCompositeType(named) ? named : undefined;
      const reason = reasonAgainst(field, inner, spot.path);
      if (reason !== undefined) told.add(`${spot.type.name}.${field.name} (${reason})`);
      else if (inner === undefined && count >= fieldsMax) {
        told.add(`${spot.type.name}.${field.name} (more than ${fieldsMax} fields)`);
      } else {
        const child = inner && spotOf(inner, spot.path);
        spot.fields.push({ name: field.name, spot: child });
        if (child === undefined) count++;
        else waiting.push(child);
      }
    }
  };
  for (let spot = waiting.shift(); spot !== undefined; spot = waiting.shift()) {
    if (count < fieldsMax) expand(spot);
    else told.add(`${spot.path.join(".")} (more than ${fieldsMax} fields)`);
  }
  const list = [...told];
  const more = list.length - toldMax;
  const leftOut = more > 0 ? [...list.slice(0, toldMax), `and ${more} more`] : list;
  return { text: print(root) ?? "{ __typename }", leftOut };
}

/** Undefined: the field is taken. */
function reasonAgainst(
  { type, args }: GraphQLField<unknown, unknown>,
  inner: GraphQLCompositeType | undefined,
  path: readonly string[],
): string | undefined {
  if (args.some(isRequiredArgument)) return "asks for arguments";
  if (inner === undefined) return undefined;
  if (path.includes(inner.name)) return `leads back to ${inner.name}`;
  if (path.length >= depthMax) return "too deep";
  const holdsMany = inner.name.endsWith("Connection") || isListType(getNullableType(type));
  const isPaged = args.some(({ name }) => /^(?:first|last|limit|pageSize|take)$/.test(name));
  return holdsMany && isPaged ? "is read by pages" : undefined;
}

/** Undefined: there is nothing in it. */
function print({ fields, fragments, aliases }: Spot): string | undefined {
  if (fragments.length === 0) {
    const own = fields.flatMap((field) => printField(field, undefined) ?? []);
    return own.length === 0 ? undefined : `{ ${own.join(" ")} }`;
  }
  const parts = fragments.flatMap(({ type: { name: owner }, fields: all }) => {
    const own = all.flatMap((one) => printField(one, aliases.get(`${owner}.${one.name}`)) ?? []);
    return own.length === 0 ? [] : [`... on ${owner} { ${own.join(" ")} }`];
  });
  return parts.length === 0 ? undefined : `{ __typename ${parts.join(" ")} }`;
}

function printField({ name, spot }: Chosen, alias: string | undefined): string | undefined {
  const own = alias === undefined ? name : `${alias}: ${name}`;
  if (spot === undefined) return own;
  const inner = print(spot);
  return inner === undefined ? undefined : `${own} ${inner}`;
}
