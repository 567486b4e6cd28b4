/** Whether two definitions are written alike: names, attributes and content, whitespace aside. */
import type { XmlElement } from "#formats/xml/element.ts";

export function sameTree(first: XmlElement, second: XmlElement): boolean {
  if (first === second) return true;
  if (first.name !== second.name || first.namespace !== second.namespace) return false;
  if (first.attributes.length !== second.attributes.length) return false;
  for (const { name, namespace, value } of first.attributes) {
    const same = second.attributes.some(
      (other) => other.name === name && other.namespace === namespace && other.value === value,
    );
    if (!same) return false;
  }
  const ours = content(first);
  const theirs = content(second);
  return ours.length === theirs.length && ours.every((one, index) => sameNode(one, theirs[index]));
}

function sameNode(first: XmlElement | string, second: XmlElement | string | undefined): boolean {
  if (typeof first === "string" || typeof second !== "object") return first === second;
  return sameTree(first, second);
}

function content(element: XmlElement): (XmlElement | string)[] {
  return element.children
    .map((child) => (typeof child === "string" ? child.trim() : child))
    .filter((child) => child !== "");
}
