/** Names of tools (MCP, Tools, Tool Names): letters, digits, `_`, `-` and `.`, at most 128. */
import type { Contract, Operation } from "#contract/contract.ts";
import { unique } from "#formats/json-schema/type-names.ts";

const nameLengthMax = 128;

/**
 * By operation, whatever is offered: that more is offered renames nothing.
 * @param prefix what stands before each: `shop.`.
 */
export function toolNames(
  { operations }: Contract,
  prefix: string,
): ReadonlyMap<Operation, string> {
  const taken = new Map<string, number>();
  // Room for the number of a clash.
  const room = nameLengthMax - 4;
  return new Map(
    operations.map((operation) => {
      const own = operation.mcp?.tool ?? operation.id;
      const word = (prefix + own).replaceAll(/[^A-Za-z0-9_.-]+/g, "_").slice(0, room);
      return [operation, unique(word, taken)];
    }),
  );
}

/** For people: `getOpenOrders` is "Get open orders". */
export function titleOf(id: string): string {
  const words = id
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .split(" ")
    .map((word) => (/^[A-Z][a-z0-9]*$/.test(word) ? word.toLowerCase() : word));
  const text = words.join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
