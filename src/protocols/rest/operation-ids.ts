/** Names of operations: words without dots, which permissions and addresses can hold. */
import { unique } from "#formats/json-schema/type-names.ts";

/** `list pets` becomes `listPets`; without a name the method and path make one. */
export function createOperationIds(): (
  given: string | undefined,
  method: string,
  path: string,
) => string {
  const taken = new Map<string, number>();
  return (given, method, path) => {
    const cleaned = given === undefined ? "" : joinWords(given);
    return unique(cleaned === "" ? derivedId(method, path) : cleaned, taken);
  };
}

/** `GET /pets/{petId}/toys` is `getPetsByPetIdToys`. */
function derivedId(method: string, path: string): string {
  const steps = path.replaceAll(/\{([^{}]*)\}/g, " by $1 ");
  return joinWords(`${method.toLowerCase()} ${steps}`) || "operation";
}

function joinWords(text: string): string {
  const words = text
    .slice(0, 300)
    .split(/[^A-Za-z0-9_]+/)
    .filter((word) => word !== "");
  const joined = words
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("");
  return /^\d/.test(joined) ? `_${joined}` : joined;
}
