/**
 * What an operation selects, to types of the contract: a record for each selection on objects, a
 * union where the objects have fields of their own. A type whose fields are those that would be
 * derived keeps its name; others are named for the place where they stand.
 */
import {
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  parse,
  type GraphQLCompositeType,
  type GraphQLAbstractType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import type { Field, RecordType, Type, TypeName, Variant } from "#contract/types.ts";
import { documentationOf, leafOf, type TypeScope } from "./import-input.ts";
import type { DeriveSelection } from "./selection.ts";
import {
  createSelectionReader,
  typenameKey,
  type Selected,
  type Selection,
  type SelectionReader,
} from "./selection-fields.ts";

export interface Outputs extends Pick<SelectionReader, "fieldsOn" | "restart"> {
  /** @param hint the name of a type that has none of its own. */
  readonly typeOf: (selected: Selected, hint: string) => Type;
  readonly fieldOf: (selected: Selected, owner: string) => Field;
}

interface Place extends Selection {
  readonly type: GraphQLCompositeType;
  /** One of the objects that may stand there: `__typename` tells which, and is no field of it. */
  readonly isVariant: boolean;
}

/** @param take gives a name that is free. */
export function createOutputs(
  schema: GraphQLSchema,
  scope: TypeScope,
  derive: DeriveSelection,
  take: (wanted: string) => string,
): Outputs {
  const { types, report } = scope;
  const reader = createSelectionReader(schema);
  const names = new Map<string, TypeName>();
  const homes = new Map<GraphQLCompositeType, string>();

  const fieldsAt = ({ type, isVariant, ...selection }: Place): readonly Selected[] =>
    reader.fieldsOn(type, selection).filter(({ key }) => !isVariant || key !== typenameKey);

  const variantsAt = (place: Place): readonly Place[] | undefined => {
    if (!reader.isNarrowed(place.type, place)) return undefined;
    const possible = schema.getPossibleTypes(place.type as GraphQLAbstractType);
    return possible.map((type) => ({ ...place, type, isVariant: true }));
  };

  /** Tells selections on one type apart. */
  const signatureOf = (place: Place): string => {
    const variants = variantsAt(place);
    if (variants !== undefined) {
      return variants.map((one) => `|${one.type.name}${signatureOf(one)}`).join("");
    }
    const fields = fieldsAt(place).map(({ key, field, selection, isConditional }) => {
      const type = getNamedType(field.type);
      const nested = isCompositeType(type)
        ? signatureOf({ type, ...selection, isVariant: false })
        : "";
      return `${key}${isConditional ? "?" : ""}:${String(field.type)}${nested}`;
    });
    return `{${fields.join(",")}}`;
  };

  /** That of what would be derived. */
  const homeOf = (type: GraphQLCompositeType): string => {
    const known = homes.get(type);
    if (known !== undefined) return known;
    const [{ selectionSet }] = parse(derive(type).text).definitions as [OperationDefinitionNode];
    const sets = [selectionSet];
    const made = signatureOf({ type, sets, fragments: new Map(), isVariant: false });
    homes.set(type, made);
    return made;
  };

  const recordAt = (place: Place, name: string): RecordType => ({
    kind: "record",
    fields: fieldsAt(place).map((one) => outputs.fieldOf(one, name)),
  });

  const namedAt = (place: Place, hint: string): Type => {
    const { type } = place;
    const signature = signatureOf(place);
    const key = `${type.name} ${signature}`;
    const known = names.get(key);
    if (known !== undefined) return { kind: "ref", name: known };
    const name = signature === homeOf(type) ? type.name : take(hint);
    names.set(key, name);
    const origin = report.placeOf(type.astNode);
    const keep = (made: Type): void => {
      types.set(name, {
        ...{ name, type: made },
        ...(type.description ? { documentation: type.description } : {}),
        ...(origin === undefined ? {} : { origin }),
      });
    };
    // Types are listed before those that they hold.
    keep({ kind: "record", fields: [] });
    const variants = variantsAt(place)?.map((one): Variant => {
      const own = one.type.name;
      return { name: own, type: namedAt(one, `${name}${own}`), tag: own };
    });
    keep(
      variants === undefined
        ? recordAt(place, name)
        : {
            ...{ kind: "union", exclusive: true, plain: true, variants },
            discriminator: { property: typenameKey },
          },
    );
    return { kind: "ref", name };
  };

  const outputs: Outputs = {
    ...reader,
    typeOf({ field, selection }, hint) {
      const of = (given: GraphQLOutputType): Type => {
        const type = isNonNullType(given) ? given.ofType : given;
        if (isListType(type)) {
          const itemNullable = !isNonNullType(type.ofType);
          return { kind: "list", item: of(type.ofType), itemNullable, min: 0 };
        }
        if (!isCompositeType(type)) return leafOf(scope, type);
        return namedAt({ type, ...selection, isVariant: false }, hint);
      };
      return of(field.type);
    },
    fieldOf(selected, owner) {
      const { key, field, isConditional } = selected;
      const hint = owner + key.charAt(0).toUpperCase() + key.slice(1);
      const documentation = documentationOf(field);
      const origin = report.placeOf(field.astNode);
      return {
        ...{ name: key, type: outputs.typeOf(selected, hint) },
        presence: isConditional ? "optional" : "required",
        nullable: !isNonNullType(field.type),
        ...(documentation === undefined ? {} : { documentation }),
        ...(origin === undefined ? {} : { origin }),
      };
    },
  };
  return outputs;
}
