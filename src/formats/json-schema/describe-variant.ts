/** A variant of a choice as a member of an object. */
import type { Variant } from "#contract/types.ts";
import { behind, withNull, type DescribeScope, type Schema } from "./describe-scope.ts";
import { describeXml } from "./describe-xml.ts";

export function describeVariant(
  scope: DescribeScope,
  { name, type, nullable, xml }: Variant,
  namespace: string,
): Schema {
  const described = scope.type(type);
  const value = nullable === true ? withNull(described) : described;
  const isList = behind(scope, type).kind === "list";
  return describeXml(value, xml ?? { node: "element", name, namespace }, name, isList);
}
