/** GET /api/v1/signing-keys */
import type { Operation } from "#control/admin-api/operation.ts";

export const getSigningKeys: Operation = async ({ estate }) => ({
  kind: "json",
  value: { keys: await estate.signingKeys() },
});
