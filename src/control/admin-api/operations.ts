/** All operations by the `operationId` of openapi.yaml. */
import type { Operation } from "./operation.ts";
import { endLease } from "./operations/end-lease.ts";
import { eraseSubject } from "./operations/erase-subject.ts";
import { explainExchange } from "./operations/explain-exchange.ts";
import { explainRequest } from "./operations/explain-request.ts";
import { getCheckpoint } from "./operations/get-checkpoint.ts";
import { getClosingCheckpoint } from "./operations/get-closing-checkpoint.ts";
import { getProof } from "./operations/get-proof.ts";
import { getTile } from "./operations/get-tile.ts";
import { listLeases } from "./operations/list-leases.ts";
import { registerInstance } from "./operations/register-instance.ts";
import { purgeCache } from "./operations/purge-cache.ts";
import { renewLease } from "./operations/renew-lease.ts";
import { listEntries } from "./operations/list-entries.ts";
import { showExchange } from "./operations/show-exchange.ts";
import { getCurrentRevision } from "./operations/get-current-revision.ts";
import { getLivez } from "./operations/get-livez.ts";
import { getMetrics } from "./operations/get-metrics.ts";
import { getOpenapi } from "./operations/get-openapi.ts";
import { getSigningKeys } from "./operations/get-signing-keys.ts";
import { getReadyz } from "./operations/get-readyz.ts";
import { getStatus } from "./operations/get-status.ts";

export const operations: Readonly<Record<string, Operation>> = {
  endLease,
  eraseSubject,
  explainExchange,
  explainRequest,
  getCheckpoint,
  getClosingCheckpoint,
  getCurrentRevision,
  getLivez,
  getMetrics,
  getOpenapi,
  getProof,
  getReadyz,
  getSigningKeys,
  getStatus,
  getTile,
  listEntries,
  listLeases,
  purgeCache,
  registerInstance,
  renewLease,
  showExchange,
};
