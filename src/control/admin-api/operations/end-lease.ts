/** DELETE /api/v1/leases/{lease} */
import type { Operation } from "#control/admin-api/operation.ts";
import { shownLease } from "#control/admin-api/shown-lease.ts";
import { unknownLease } from "#control/problems.ts";

export const endLease: Operation = ({ estate, parameters }) => {
  const id = parameters["lease"] ?? "";
  const lease = estate.leases.end(id);
  if (lease === undefined) return { kind: "problem", problem: unknownLease(id) };
  return { kind: "json", value: shownLease(lease) };
};
