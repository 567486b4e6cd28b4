/**
 * Names in XML that follow from those of properties, in which not every character may stand: where
 * two properties would have one name, those that were rewritten get a number.
 */
import type { Field, XmlBinding } from "#contract/types.ts";

export interface NamedField {
  readonly field: Field;
  /** The name was made fit for XML, and none is given for it. */
  readonly isRewritten: boolean;
}

export function distinguish(named: readonly NamedField[]): readonly Field[] {
  const taken = new Set(
    named.flatMap(({ field, isRewritten }) =>
      isRewritten || field.xml === undefined ? [] : [keyOf(field.xml, standing(field.xml).name)],
    ),
  );
  return named.map(({ field, isRewritten }) => {
    const { xml } = field;
    if (!isRewritten || xml === undefined) return field;
    const { name: wanted } = standing(xml);
    let name = wanted;
    for (let count = 2; taken.has(keyOf(xml, name)); count++) name = `${wanted}${count}`;
    taken.add(keyOf(xml, name));
    return name === wanted ? field : { ...field, xml: renamed(xml, name) };
  });
}

/** What stands in the enclosing element: a list's own element, where it has one. */
function standing({ wrapper, name, namespace }: XmlBinding) {
  return wrapper ?? { name, namespace };
}

function keyOf(xml: XmlBinding, name: string): string {
  const kind = xml.node === "attribute" ? "attribute" : "element";
  return `${kind} ${standing(xml).namespace} ${name}`;
}

function renamed(xml: XmlBinding, name: string): XmlBinding {
  return xml.wrapper === undefined
    ? { ...xml, name }
    : { ...xml, wrapper: { ...xml.wrapper, name } };
}
