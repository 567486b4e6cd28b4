/** Finds the values of sensitive names in a query or a form (application/x-www-form-urlencoded). */
import type { Edit } from "./edits.ts";
import { findWithin } from "./mask-json.ts";

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
    const found =
      field === undefined
        ? findWithin(octetsOf(pair[0].slice(equals + 1)), isSensitive)
        : { field };
    if (found === undefined) continue;
    const start = from + pair.index;
    edits.push({ from: start + equals + 1, to: start + pair[0].length, text: "***", ...found });
  }
  return edits;
}

/**
 * Whether this can be a form. JSON and XML are often sent under its type, since that is what some
 * programs say of any data; no form holds their marks but encoded.
 */
export function isForm(bytes: Buffer): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return !/[\x00-\x1f"<>{}]/.test(bytes.toString("latin1").trimEnd());
}

/**
 * `card[number]` and `card.number` are names within names; some servers leave out spaces before a
 * name, and what follows a NUL.
 */
function namesOf(encoded: string): readonly string[] {
  // Octet by octet: one that is no UTF-8 does not hide the others from those who read on.
  const name = octetsOf(encoded).toString("utf8");
  return [name, ...name.split(/[^\p{L}\p{M}\p{N}_-]+/u)];
}

function octetsOf(encoded: string): Buffer {
  const octets = encoded
    .replaceAll("+", " ")
    .replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) =>
      String.fromCharCode(parseInt(digits, 16)),
    );
  return Buffer.from(octets, "latin1");
}
