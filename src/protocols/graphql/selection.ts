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
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
} from "graphql";

const depthMax = 4;
const fieldsMax = 200;
/** Objects that may stand in one place, each with fields of its own. */
const possibleMax = 20;
const toldMax = 8;

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
}

interface Chosen {
  readonly name: string;
  readonly type: string;
  readonly spot: Spot | undefined;
}

export type DeriveSelection = (type: GraphQLCompositeType) => DerivedSelection;

export function createDeriveSelection(schema: GraphQLSchema): DeriveSelection {
  const known = new Map<string, DerivedSelection>();
  return (type) => {
    const found = known.get(type.name) ?? derive(schema, type);
    known.set(type.name, found);
    return found;
  };
}

function derive(schema: GraphQLSchema, type: GraphQLCompositeType): DerivedSelection {
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
        spot.fields.push({ name: field.name, type: String(field.type), spot: child });
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

function spotOf(type: GraphQLCompositeType, path: readonly string[]): Spot {
  const isSame = path.at(-1) === type.name;
  return { type, path: isSame ? path : [...path, type.name], fields: [], fragments: [] };
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
function print({ fields, fragments }: Spot): string | undefined {
  if (fragments.length === 0) {
    const own = fields.flatMap((field) => printField(field, "") ?? []);
    return own.length === 0 ? undefined : `{ ${own.join(" ")} }`;
  }
  const known = new Map<string, string>();
  const parts = fragments.flatMap((one) => {
    const own = one.fields.flatMap((field) => printField(field, aliasFor(field, one, known)) ?? []);
    return own.length === 0 ? [] : [`... on ${one.type.name} { ${own.join(" ")} }`];
  });
  return parts.length === 0 ? undefined : `{ __typename ${parts.join(" ")} }`;
}

function printField({ name, spot }: Chosen, alias: string): string | undefined {
  if (spot === undefined) return alias + name;
  const inner = print(spot);
  return inner === undefined ? undefined : `${alias}${name} ${inner}`;
}

/** GraphQL §5.3.2: what has another type in another object cannot have the same name there. */
function aliasFor(
  { name, type }: Chosen,
  { type: owner }: Spot,
  known: Map<string, string>,
): string {
  const other = known.get(name);
  if (other === undefined) known.set(name, type);
  return other === undefined || other === type ? "" : `${name}_${owner.name}: `;
}
