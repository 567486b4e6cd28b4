/** GET /api/v1/revisions/current */
import type { Configuration } from "#configuration/configuration.ts";
import type { Operation } from "#control/admin-api/operation.ts";

export const getCurrentRevision: Operation = ({ estate: { revision } }) => {
  const { id, configuration } = revision;
  return { kind: "json", value: { id, configuration: withoutSecrets(configuration) } };
};

/** A digest gives a weak key away to whoever tries many. */
function withoutSecrets(configuration: Configuration): object {
  const { callers, services } = configuration;
  return {
    ...configuration,
    services: services.map((service) =>
      service.wsSecurity === undefined
        ? service
        : { ...service, wsSecurity: withoutPassword(service.wsSecurity) },
    ),
    callers:
      callers === "open"
        ? callers
        : callers.map(({ keySha256: _digest, wsSecurity, ...rest }) =>
            wsSecurity === undefined ? rest : { ...rest, wsSecurity: withoutPassword(wsSecurity) },
          ),
  };
}

function withoutPassword(security: object): unknown {
  return JSON.parse(
    JSON.stringify(security, (_, value: unknown) =>
      typeof value === "object" && value !== null && "secret" in value ? undefined : value,
    ),
  );
}
