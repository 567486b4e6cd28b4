/** Which policies of a configuration are timed for which routes. */
import type { CostedService } from "#analytics/policy-costs.ts";
import type { Configuration } from "#configuration/configuration.ts";

export function costedServices({ services, policies }: Configuration): readonly CostedService[] {
  return services.map((service) => ({
    name: service.name,
    routes: service.routes.map(({ id }) => id),
    policies: [...new Set([...policies, ...service.policies].map(({ name }) => name))],
  }));
}
