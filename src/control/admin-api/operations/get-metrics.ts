/** GET /metrics */
import type { Operation } from "#control/admin-api/operation.ts";

export const getMetrics: Operation = ({ estate }) => ({
  kind: "text",
  status: 200,
  text: estate.metrics(),
  type: "text/plain; version=0.0.4; charset=utf-8",
});
