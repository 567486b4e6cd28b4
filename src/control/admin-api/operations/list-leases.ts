/** GET /api/v1/leases */
import type { Operation } from "#control/admin-api/operation.ts";
import { shownLease } from "#control/admin-api/shown-lease.ts";

export const listLeases: Operation = ({ estate, query }) => {
  const service = query.get("service");
  const leases = estate.leases.leases().filter((one) => !service || one.service === service);
  return { kind: "json", value: { leases: leases.map(shownLease) } };
};
