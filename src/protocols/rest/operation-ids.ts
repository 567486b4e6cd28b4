/** Names of operations: words without dots, which permissions and addresses can hold. */
import { operationName } from "#formats/json-schema/operation-name.ts";
import { unique } from "#formats/json-schema/type-names.ts";

/** `list pets` becomes `listPets`; without a name the method and path make one. */
export function createOperationIds(): (
  given: string | undefined,
  method: string,
  path: string,
) => string {
  const taken = new Map<string, number>();
  return (given, method, path) => {
    const cleaned = given === undefined ? "" : operationName(given);
    return unique(cleaned === "" ? derivedId(method, path) : cleaned, taken);
  };
}

/** `GET /pets/{petId}/toys` is `getPetsByPetIdToys`. */
function derivedId(method: string, path: string): string {
  const steps = path.replaceAll(/\{([^{}=]*)(?:=[^{}]*)?\}/g, " by $1 ");
  return operationName(`${method.toLowerCase()} ${steps}`) || "operation";
}
