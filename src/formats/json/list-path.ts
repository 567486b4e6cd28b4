/** The members that lead to a large list. */
import type { Contract } from "#contract/contract.ts";
import type { LargeList } from "#contract/large-list.ts";
import { spelledFields } from "./resolve.ts";

/** Undefined: a step on the way has no member of its own. */
export function jsonListPath(
  contract: Contract,
  steps: LargeList["steps"],
): readonly string[] | undefined {
  const path: string[] = [];
  for (const { record, field } of steps) {
    const spelled = spelledFields(contract, record).find((one) => one.field === field);
    if (spelled === undefined || spelled.flat !== undefined) return undefined;
    path.push(spelled.name);
  }
  return path;
}
