/** GET /api/v1/revisions/current */
import { listCallers } from "#configuration/callers.ts";
import type { Configuration } from "#configuration/configuration.ts";
import type { Operation } from "#control/admin-api/operation.ts";

export const getCurrentRevision: Operation = ({ estate: { revision } }) => {
  const { id, configuration } = revision;
  return { kind: "json", value: { id, configuration: withoutSecrets(configuration) } };
};

/** Wherever they stand. A digest gives a weak key away to whoever tries many. */
function withoutSecrets(configuration: Configuration): unknown {
  return JSON.parse(
    JSON.stringify(
      { ...configuration, callers: listCallers(configuration.callers) },
      (name, value: unknown) => (name === "keysSha256" || isSecret(value) ? undefined : value),
    ),
  );
}

function isSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const names = Object.keys(value);
  return names.length === 1 && names[0] === "secret";
}
