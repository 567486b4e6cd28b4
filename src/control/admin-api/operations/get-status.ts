/** GET /api/v1/status */
import type { Operation } from "#control/admin-api/operation.ts";

export const getStatus: Operation = ({ estate }) => ({
  kind: "json",
  value: {
    version: estate.version,
    node: process.versions.node,
    state: estate.state,
    uptimeS: estate.uptimeS,
    revision: estate.revision.id,
    port: estate.port,
    workers: estate.workers(),
  },
});
