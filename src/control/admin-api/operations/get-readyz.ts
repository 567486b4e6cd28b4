/** GET /readyz */
import type { Operation } from "#control/admin-api/operation.ts";

export const getReadyz: Operation = ({ estate: { state } }) => ({
  kind: "text",
  status: state === "ready" ? 200 : 503,
  text: `${state}\n`,
});
