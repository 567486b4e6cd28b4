/** Documentation in XML Schema (XSD Part 1 §3.13). */
import { escapeText } from "./xml-text.ts";

export function annotation(documentation: string | undefined): string {
  if (documentation === undefined) return "";
  const text = escapeText(documentation);
  return `<xs:annotation><xs:documentation>${text}</xs:documentation></xs:annotation>`;
}

/** @param rest of a declaration, behind the name of its element. */
export function withAnnotation(
  rest: string,
  documentation: string | undefined,
  name: "element" | "attribute",
): string {
  if (documentation === undefined) return rest;
  const note = annotation(documentation);
  if (rest.endsWith(`</xs:${name}>`)) return rest.replace(">", `>${note}`);
  return `${rest.slice(0, -2)}>${note}</xs:${name}>`;
}
