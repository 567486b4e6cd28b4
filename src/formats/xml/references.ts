/** Character references and the five predefined entities; there are no others without a DTD. */
import { isLegalCharacter } from "./characters.ts";

/** Characters that a reference may take, from `&` to `;`. */
export const referenceLengthMax = 16;

const predefined: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
};

/** The character that a name between `&` and `;` stands for; undefined when it stands for none. */
export function resolveReference(name: string): string | undefined {
  if (name.charCodeAt(0) !== 35)
    return Object.hasOwn(predefined, name) ? predefined[name] : undefined;
  const hex = /^#x([0-9a-fA-F]+)$/.exec(name)?.[1];
  const decimal = /^#([0-9]+)$/.exec(name)?.[1];
  if (hex === undefined && decimal === undefined) return undefined;
  const codePoint = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return isLegalCharacter(codePoint) ? String.fromCodePoint(codePoint) : undefined;
}
