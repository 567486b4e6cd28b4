/** The services of gRPC that the gateway answers itself: health, and reflection. */
import type { CreateHub, Hub } from "#extension/hub.ts";
import { createHealth, healthService } from "./health.ts";
import { createReflection } from "./reflection.ts";
import { tellFailure } from "./unrouted.ts";

export const createGrpcHub: CreateHub = (services): Hub => {
  const health = createHealth(services);
  const reflections = new Map(
    createReflection(services).map(({ service, handle }) => [service, handle]),
  );
  const methods = ["POST", "GET"];
  return {
    addresses: [
      { path: `/${healthService}/{method}`, methods },
      ...[...reflections.keys()].map((service) => ({
        ...{ path: `/${service}/{method}`, methods: ["POST"], inParts: true },
      })),
    ],
    handle(request, session) {
      const service = request.path.slice(1, request.path.lastIndexOf("/"));
      return (reflections.get(service) ?? health)(request, session);
    },
    tell: tellFailure,
  };
};
