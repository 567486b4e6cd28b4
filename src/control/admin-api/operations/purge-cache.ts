/** POST /api/v1/cache/purges */
import type { Operation } from "#control/admin-api/operation.ts";
import { problems } from "#control/problems.ts";

export const purgeCache: Operation = ({ estate, query }) => {
  const service = query.get("service") ?? undefined;
  const names = estate.revision.configuration.services.map(({ name }) => name);
  if (service !== undefined && !names.includes(service)) {
    const shown = JSON.stringify(service.slice(0, 200));
    return {
      kind: "problem",
      problem: problems["unknown-service"](`there is no service ${shown}`),
    };
  }
  const services = service === undefined ? names : [service];
  estate.purge(services);
  return { kind: "json", value: { services } };
};
