/** Finds the values of sensitive names in a query or a form (application/x-www-form-urlencoded). */
import type { Edit } from "./edits.ts";

export function findInForm(
  bytes: Buffer,
  from: number,
  to: number,
  isSensitive: (name: string) => boolean,
): readonly Edit[] {
  const edits: Edit[] = [];
  // Some servers take `;` for `&`.
  for (const pair of bytes.toString("latin1", from, to).matchAll(/[^&;]+/g)) {
    const equals = pair[0].indexOf("=");
    if (equals < 0) continue;
    const names = namesOf(pair[0].slice(0, equals));
    const field = names.find((name) => isSensitive(name));
    if (field === undefined) continue;
    const start = from + pair.index;
    edits.push({ from: start + equals + 1, to: start + pair[0].length, text: "***", field });
  }
  return edits;
}

/** `card[number]` and `card.number` are names within names. */
function namesOf(encoded: string): readonly string[] {
  const spaced = encoded.replaceAll("+", " ");
  let name = spaced;
  try {
    name = decodeURIComponent(spaced);
  } catch {
    // As it stands: whatever reads it has the same difficulty.
  }
  return [name, ...name.split(/[[\].]+/)];
}
