/**
 * What translates for a service: its faces and its upstream, compiled from the contract when the
 * first exchange needs them and kept as long as the revision.
 */
import { takesStream } from "#call/problems.ts";
import type { Contract, Dialect } from "#contract/contract.ts";
import type { FaceSecurity, UpstreamSecurity } from "#extension/message-security.ts";
import type { Face, Protocol, Upstream } from "#extension/protocol.ts";
import type { Service } from "#configuration/configuration.ts";
import type { WithheldOperation } from "#contract/fidelity.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { Contracts } from "./contract-routes.ts";
import { withholdOperations } from "./withheld-face.ts";

export interface Translator {
  /** Undefined: this dialect has no face (yet). */
  face(dialect: Dialect): Face | undefined;
  readonly upstream: Upstream | undefined;
  readonly contract: Contract;
  /** Whether callers send the inputs of an operation one by one. */
  takesStream(operationId: string): boolean;
  /** Index of the route that stands for an operation. */
  routeOf(operationId: string): number | undefined;
  /** Indexes of the routes of all operations. */
  readonly routes: readonly number[];
}

export interface TranslatorSettings {
  readonly documentBytesMax: number;
  readonly face: FaceSecurity | undefined;
  readonly upstreamOf: (service: Service) => UpstreamSecurity | undefined;
}

/** By the place of the service in the configuration; undefined: no contract. */
export function createTranslators(
  services: readonly Service[],
  contracts: Contracts,
  protocols: readonly Protocol[],
  routes: readonly CompiledRoute[],
  withheld: readonly WithheldOperation[] = [],
  settings?: TranslatorSettings,
): readonly (Translator | undefined)[] {
  const routesByService = services.map(() => new Map<string, number>());
  for (const { index, route, serviceIndex } of routes) {
    const known = routesByService[serviceIndex];
    if (route.operation === undefined || known?.has(route.operation)) continue;
    known?.set(route.operation, index);
  }
  return services.map((service, serviceIndex) => {
    const contract = contracts.get(service.name);
    if (contract === undefined) return undefined;
    const { documentBytesMax } = settings ?? {};
    const limit = documentBytesMax === undefined ? {} : { documentBytesMax };
    const named = { serviceName: service.name, contract, ...limit };
    // Its files are read now: one that cannot be read is no matter of a call.
    const ofUpstream = settings?.upstreamOf(service);
    const faces = new Map<Dialect, Face | undefined>();
    let upstream: Upstream | undefined;
    const operations = routesByService[serviceIndex] as ReadonlyMap<string, number>;
    const streamed = new Set(contract.operations.filter(takesStream).map(({ id }) => id));
    const find = (dialect: Dialect | undefined) => protocols.find(({ name }) => name === dialect);
    return {
      contract,
      takesStream: (operationId) => streamed.has(operationId),
      face(dialect) {
        if (!faces.has(dialect)) {
          const face = find(dialect)?.createFace?.(named, settings?.face);
          const here = withheld.filter((one) => {
            return one.service === service.name && one.dialect === dialect;
          });
          const reasons = new Map(here.map(({ operation, reason }) => [operation, reason]));
          faces.set(dialect, face && withholdOperations(face, reasons));
        }
        return faces.get(dialect);
      },
      get upstream() {
        return (upstream ??= find(service.speaks)?.createUpstream?.(named, ofUpstream));
      },
      routeOf: (operationId) => operations.get(operationId),
      routes: [...operations.values()],
    };
  });
}
