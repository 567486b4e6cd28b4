/** Types that are only extended, as modules and subgraphs do with those of the root. */
import {
  Kind,
  type DefinitionNode,
  type TypeDefinitionNode,
  type TypeExtensionNode,
} from "graphql";

const definitionOf = {
  [Kind.SCALAR_TYPE_EXTENSION]: Kind.SCALAR_TYPE_DEFINITION,
  [Kind.OBJECT_TYPE_EXTENSION]: Kind.OBJECT_TYPE_DEFINITION,
  [Kind.INTERFACE_TYPE_EXTENSION]: Kind.INTERFACE_TYPE_DEFINITION,
  [Kind.UNION_TYPE_EXTENSION]: Kind.UNION_TYPE_DEFINITION,
  [Kind.ENUM_TYPE_EXTENSION]: Kind.ENUM_TYPE_DEFINITION,
  [Kind.INPUT_OBJECT_TYPE_EXTENSION]: Kind.INPUT_OBJECT_TYPE_DEFINITION,
} as const;

const defined = new Set<string>(Object.values(definitionOf));

/** The first extension of a type that nobody defines is its definition. */
export function completeTypes(definitions: readonly DefinitionNode[]): readonly DefinitionNode[] {
  const known = new Set(
    definitions.flatMap((one) =>
      defined.has(one.kind) ? [(one as TypeDefinitionNode).name.value] : [],
    ),
  );
  return definitions.map((one): DefinitionNode => {
    if (!(one.kind in definitionOf)) return one;
    const extension = one as TypeExtensionNode;
    if (known.has(extension.name.value)) return one;
    known.add(extension.name.value);
    return { ...extension, kind: definitionOf[extension.kind] } as TypeDefinitionNode;
  });
}
