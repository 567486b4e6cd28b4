/** Pairs the operations of a port type with those of its bindings. */
import { attributeOf } from "#formats/xml-schema/names.ts";
import type { Report } from "#formats/xml-schema/report.ts";
import type { XmlElement } from "#formats/xml/element.ts";
import type { BoundPortType, SoapBindingDefinition } from "./import-bindings.ts";
import { nameOf, placeIn, type WsdlDefinition, wsdlChildren } from "./import-names.ts";

/** An operation of a port type and, per binding that offers it, the binding's side of it. */
export interface BoundOperation {
  readonly node: XmlElement;
  readonly portType: WsdlDefinition;
  readonly offers: readonly {
    readonly binding: SoapBindingDefinition;
    /** Undefined with an assumed binding. */
    readonly node: XmlElement | undefined;
  }[];
}

export function boundOperations(
  report: Report,
  { portType, bindings }: BoundPortType,
): BoundOperation[] {
  const nodes = wsdlChildren(portType.element, "operation");
  const sides = bindings.map((binding) => ({ binding, nodes: matchOperations(nodes, binding) }));
  for (const { binding, nodes: matched } of sides) {
    reportUnmatched(report, portType, binding, new Set(matched.values()));
  }
  const bound: BoundOperation[] = [];
  for (const node of nodes) {
    const offers = sides.flatMap(({ binding, nodes: matched }) => {
      const own = matched.get(node);
      return own === undefined && binding.definition !== undefined ? [] : [{ binding, node: own }];
    });
    if (offers.length > 0) bound.push({ node, portType, offers });
    else {
      const text = `operation "${nameOf(node)}" is in no SOAP binding; it is not offered`;
      report.add("warning", "unbound-operation", text, placeIn(portType, node));
    }
  }
  return bound;
}

/** By name; overloaded ones by the names of their messages, and else in their order. */
function matchOperations(
  nodes: readonly XmlElement[],
  { definition }: SoapBindingDefinition,
): Map<XmlElement, XmlElement> {
  const matched = new Map<XmlElement, XmlElement>();
  if (definition === undefined) return matched;
  const free = new Map<string, XmlElement[]>();
  for (const node of wsdlChildren(definition.element, "operation")) {
    const same = free.get(nameOf(node));
    if (same === undefined) free.set(nameOf(node), [node]);
    else same.push(node);
  }
  const taken = new Set<XmlElement>();
  const pair = (node: XmlElement, own: XmlElement | undefined) => {
    if (own === undefined) return;
    taken.add(own);
    matched.set(node, own);
  };
  for (const node of nodes) {
    const candidates = free.get(nameOf(node)) ?? [];
    // Nobody overloads a name a hundred times; then the order alone decides.
    if (candidates.length < 2 || candidates.length > 100) continue;
    pair(
      node,
      candidates.find((one) => !taken.has(one) && sameMessages(node, one)),
    );
  }
  const positions = new Map<string, number>();
  for (const node of nodes) {
    if (matched.has(node)) continue;
    const candidates = free.get(nameOf(node)) ?? [];
    let index = positions.get(nameOf(node)) ?? 0;
    for (let next = candidates[index]; next && taken.has(next); next = candidates[index]) index++;
    pair(node, candidates[index]);
    positions.set(nameOf(node), index);
  }
  return matched;
}

function sameMessages(first: XmlElement, second: XmlElement): boolean {
  return ["input", "output"].every((kind) => {
    const [ours] = wsdlChildren(first, kind);
    const [theirs] = wsdlChildren(second, kind);
    return (ours && attributeOf(ours, "name")) === (theirs && attributeOf(theirs, "name"));
  });
}

function reportUnmatched(
  report: Report,
  portType: WsdlDefinition,
  { definition }: SoapBindingDefinition,
  matched: ReadonlySet<XmlElement>,
): void {
  if (definition === undefined) return;
  for (const node of wsdlChildren(definition.element, "operation")) {
    if (matched.has(node)) continue;
    const where = `portType "${portType.name.name}"`;
    const text = `operation "${nameOf(node)}" is not in ${where}; expected one of that name there`;
    report.add("warning", "unknown-operation", text, placeIn(definition, node));
  }
}
