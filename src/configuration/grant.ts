/** What a caller may call, as it stands in `may`. */
import type { Grant } from "./configuration.ts";

export function grantedOperations(grant: Grant): string {
  return typeof grant === "string" ? grant : grant.operations;
}

/** For people. */
export function grantText(grant: Grant): string {
  if (typeof grant === "string") return grant;
  const { operations, methods = [], scopes = [] } = grant;
  const how = methods.length === 0 ? "" : ` by ${methods.join(", ")}`;
  return `${operations}${how}${scopes.length === 0 ? "" : ` with scope ${scopes.join(" ")}`}`;
}
