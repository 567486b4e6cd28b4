/** Whether two definitions are written alike: names, attributes and content, whitespace aside. */
import type { XmlElement } from "#formats/xml/element.ts";

export function sameTree(first: XmlElement, second: XmlElement): boolean {
  if (first === second) return true;
  if (first.name !== second.name || first.namespace !== second.namespace) return false;
  if (!sameAttributes(first, second)) return false;
  const ours = contentOf(first);
  const theirs = contentOf(second);
  // Side by side, so that the cost is that of the smaller one.
  for (;;) {
    const one = ours.next();
    const other = theirs.next();
    if (one.done === true || other.done === true) return one.done === other.done;
    if (!sameNode(one.value, other.value)) return false;
  }
}

function sameAttributes(first: XmlElement, second: XmlElement): boolean {
  if (first.attributes.length !== second.attributes.length) return false;
  const values = new Map(
    first.attributes.map(({ name, namespace, value }) => [`{${namespace}}${name}`, value]),
  );
  return second.attributes.every(
    ({ name, namespace, value }) => values.get(`{${namespace}}${name}`) === value,
  );
}

function sameNode(first: XmlElement | string, second: XmlElement | string): boolean {
  if (typeof first === "string" || typeof second === "string") return first === second;
  return sameTree(first, second);
}

function* contentOf(element: XmlElement): Generator<XmlElement | string, undefined> {
  for (const child of element.children) {
    const node = typeof child === "string" ? child.trim() : child;
    if (node !== "") yield node;
  }
  return undefined;
}
