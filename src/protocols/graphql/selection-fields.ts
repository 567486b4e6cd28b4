/** The fields that a selection has on one type, with those of its fragments (GraphQL §6.3.2). */
import {
  GraphQLNonNull,
  GraphQLString,
  isAbstractType,
  isUnionType,
  Kind,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type SelectionSetNode,
} from "graphql";

/** What stands in one place, perhaps several times. */
export interface Selection {
  readonly sets: readonly SelectionSetNode[];
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

export interface Selected {
  /** As it is called in the answer. */
  readonly key: string;
  readonly field: SelectedField;
  readonly selection: Selection;
  /** It may be left out by `@skip` or `@include`. */
  readonly isConditional: boolean;
}

type SelectedField = Pick<
  GraphQLField<unknown, unknown>,
  "type" | "description" | "deprecationReason" | "astNode"
>;

export const typenameKey = "__typename";

const typename: SelectedField = {
  ...{ type: new GraphQLNonNull(GraphQLString), description: undefined },
  ...{ deprecationReason: undefined, astNode: undefined },
};

export interface SelectionReader {
  /** What is read from here on is counted anew. */
  readonly restart: () => void;
  readonly fieldsOn: (type: GraphQLCompositeType, selection: Selection) => readonly Selected[];
  /** Whether there are fields that only some of the objects have. */
  readonly isNarrowed: (type: GraphQLCompositeType, selection: Selection) => boolean;
}

/** Of one operation: it must not have us walk for ever. */
const visitedMax = 100_000;

export class TooMuchSelected extends Error {
  override readonly name = "TooMuchSelected";
}

export function createSelectionReader(schema: GraphQLSchema): SelectionReader {
  let visited = 0;
  const isSuper = (condition: string | undefined, type: GraphQLCompositeType): boolean => {
    if (condition === undefined || condition === type.name) return true;
    const wanted = schema.getType(condition);
    return isAbstractType(wanted) && !isUnionType(type) && schema.isSubType(wanted, type);
  };
  return {
    restart: () => void (visited = 0),
    fieldsOn(type, { sets, fragments }) {
      const found = new Map<string, Selected & { readonly sets: SelectionSetNode[] }>();
      walk(sets, fragments, {
        enter: (condition) => isSuper(condition, type),
        field({ name, alias, selectionSet }, isConditional) {
          if (++visited > visitedMax) throw new TooMuchSelected();
          const field = fieldIn(type, name.value);
          if (field === undefined) return;
          const key = (alias ?? name).value;
          const known = found.get(key);
          const own = known?.sets ?? [];
          if (selectionSet) own.push(selectionSet);
          const isMaybe = isConditional && known?.isConditional !== false;
          const selection = { sets: own, fragments };
          found.set(key, { key, field, sets: own, selection, isConditional: isMaybe });
        },
      });
      return [...found.values()];
    },
    isNarrowed(type, { sets, fragments }) {
      if (!isAbstractType(type)) return false;
      let found = false;
      walk(sets, fragments, {
        enter(condition) {
          if (++visited > visitedMax) throw new TooMuchSelected();
          found ||= !isSuper(condition, type);
          return true;
        },
        field: () => undefined,
      });
      return found;
    },
  };
}

interface Visitor {
  /** @returns whether to go into the fragment. */
  readonly enter: (condition: string | undefined) => boolean;
  readonly field: (
    node: Extract<SelectionSetNode["selections"][number], { kind: Kind.FIELD }>,
    isConditional: boolean,
  ) => void;
}

function walk(
  sets: readonly SelectionSetNode[],
  fragments: Selection["fragments"],
  visitor: Visitor,
): void {
  const visit = (set: SelectionSetNode, isConditional: boolean, seen: readonly string[]): void => {
    for (const one of set.selections) {
      const directives = one.directives ?? [];
      const isMaybe =
        isConditional || directives.some(({ name }) => /^(?:skip|include)$/.test(name.value));
      if (one.kind === Kind.FIELD) {
        visitor.field(one, isMaybe);
        continue;
      }
      const spread = one.kind === Kind.FRAGMENT_SPREAD ? [one.name.value] : [];
      if (seen.includes(spread[0] ?? "")) continue;
      const fragment = one.kind === Kind.FRAGMENT_SPREAD ? fragments.get(one.name.value) : one;
      if (fragment === undefined || !visitor.enter(fragment.typeCondition?.name.value)) continue;
      visit(fragment.selectionSet, isMaybe, [...seen, ...spread]);
    }
  };
  for (const set of sets) visit(set, false, []);
}

function fieldIn(type: GraphQLCompositeType, name: string): SelectedField | undefined {
  if (name === typenameKey) return typename;
  return isUnionType(type) ? undefined : type.getFields()[name];
}
