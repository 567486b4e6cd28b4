/** GET /api/v1/signing-keys */
import type { Operation } from "#control/admin-api/operation.ts";

export const getSigningKeys: Operation = ({ estate }) => ({
  kind: "json",
  value: { keys: estate.signingKeys() },
});
