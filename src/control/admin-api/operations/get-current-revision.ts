/** GET /api/v1/revisions/current */
import type { Operation } from "#control/admin-api/operation.ts";

export const getCurrentRevision: Operation = ({ estate: { revision } }) => {
  const { id, configuration } = revision;
  const { callers } = configuration;
  // A digest gives a weak key away to whoever tries many.
  const shown =
    callers === "open" ? callers : callers.map(({ keySha256: _digest, ...rest }) => rest);
  return { kind: "json", value: { id, configuration: { ...configuration, callers: shown } } };
};
