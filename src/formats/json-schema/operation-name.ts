/** `list pets` and `user.get` become words that permissions and addresses can hold. */

/** Words joined to one, `listPets`; empty when there are none. */
export function operationName(text: string): string {
  const words = text
    .slice(0, 300)
    .split(/[^A-Za-z0-9_]+/)
    .filter((word) => word !== "");
  const joined = words
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("");
  return /^\d/.test(joined) ? `_${joined}` : joined;
}
