/** One revision, compiled: an exchange takes it at its beginning and keeps it to its end. */
import { createAddressList } from "#base/address-list.ts";
import type { Files } from "#base/platform.ts";
import type { SlicedWork } from "#base/slices.ts";
import type {
  HealthCheck,
  InstanceLists,
  ListenTls,
  Revision,
} from "#configuration/configuration.ts";
import { defaultGraphqlSettings } from "#base/graphql-settings.ts";
import type { Protocol, TellFailure } from "#extension/protocol.ts";
import type { Peer } from "#wire/ends.ts";
import { createTlsContexts, type TlsContexts } from "#wire/tls-contexts.ts";
import { createAuthorization, type Authorization } from "./authorization.ts";
import { Balancer, type BalancerContext } from "./balance.ts";
import { questionOf } from "./probe-question.ts";
import { createProbes, type Probes, type TellState } from "./probes.ts";
import type { Target } from "./target.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import { createCallerNames } from "./caller-names.ts";
import { createHubs, type Hubs } from "./hubs.ts";
import { createIdentity, type Identity, type IdentityParts } from "./identity.ts";
import type { InstancePool, InstanceRegistry } from "./instances.ts";
import { faceSecurityOf, upstreamSecurityOf } from "./message-security.ts";
import { createPolicies, type Policies, type PolicyParts } from "./policies.ts";
import { buildRouter, type Router } from "./router.ts";
import { createTranslators, type Translator } from "./translators.ts";

export interface Snapshot {
  readonly revision: Revision;
  readonly router: Router;
  readonly authorization: Authorization;
  /** Undefined: keys in headers, or proofs inside messages, are all there is. */
  readonly identity: Identity | undefined;
  /** By the place of the service in the configuration. */
  readonly balancers: readonly Balancer[];
  readonly pools: ReadonlySet<InstancePool>;
  /** By the place of the service; undefined: it has no contract. */
  readonly translators: readonly (Translator | undefined)[];
  /** Faces over all services. */
  readonly hubs: Hubs;
  readonly policies: Policies;
  /** How protocols tell that a request led to no service. */
  readonly unrouted: readonly TellFailure[];
  /** What handshakes with callers use; undefined: plain TCP. */
  readonly tls: TlsContexts | undefined;
  readonly callerName: (index: number) => string;
  /** Whether what the peer says of earlier hops is believed. */
  readonly trusts: (peer: Peer) => boolean;
  readonly hasOther: (route: CompiledRoute, tried: readonly Target[]) => boolean;
  /** What each service's instances are asked with, whether they are well. */
  readonly probes: Probes;
}

/** What a snapshot is made from, beside the revision. */
export interface SnapshotParts {
  readonly instances: InstanceRegistry;
  /** What stands in the place of a service's instances. */
  readonly listed: InstanceLists;
  readonly files: Pick<Files, "read">;
  readonly protocols: readonly Protocol[];
  readonly policyParts: PolicyParts;
  readonly identityParts: IdentityParts;
  readonly balancing: BalancerContext & { readonly tell: TellState };
}

/** Throws when a file that it names cannot be read or used; nothing has changed then. */
export function* buildSnapshot(
  revision: Revision,
  { instances, listed, files, protocols, policyParts, identityParts, balancing }: SnapshotParts,
): SlicedWork<Snapshot> {
  const { configuration } = revision;
  const { limits, timeouts, callers } = configuration;
  const pools = new Set<InstancePool>();
  const balancers: Balancer[] = [];
  for (const service of configuration.services) {
    const list = listed[service.name] ?? service.instances;
    const own = instances.of(list, limits, timeouts);
    for (const pool of own) pools.add(pool);
    const targets = own.map((pool) => pool.targetFor(service.name));
    balancers.push(
      new Balancer({ ...service, instances: list }, targets, balancing, configuration.zone),
    );
    yield;
  }
  const trusted = createAddressList(configuration.listen.trustedProxies);
  const router = yield* buildRouter(configuration);
  const authorization = createAuthorization(configuration);
  const translators = createTranslators(
    configuration.services,
    revision.contracts,
    protocols,
    router.routes,
    revision.withheld,
    {
      documentBytesMax: limits.documentBytesMax,
      face: faceSecurityOf(configuration, files, identityParts.replays),
      upstreamOf: (service) => upstreamSecurityOf(service, files),
    },
  );
  return {
    revision,
    router,
    translators,
    hubs: createHubs(configuration.services, revision.contracts, protocols, {
      graphql: configuration.graphql ?? defaultGraphqlSettings,
    }),
    policies: createPolicies(configuration, revision.contracts, policyParts),
    unrouted: protocols.flatMap(({ tellUnrouted }) => tellUnrouted ?? []),
    authorization,
    identity: createIdentity(configuration, authorization, identityParts),
    balancers,
    pools,
    tls: tlsOf(configuration.listen.tls, files),
    callerName: callers === "open" ? () => "" : createCallerNames(callers),
    trusts: (peer) => peer.trusted || trusted(peer.address),
    probes: createProbes(
      configuration.services.map(({ name, health }, index) => ({
        serviceName: name,
        health,
        question: () => questionOf(health as HealthCheck, translators[index]),
        targets: (balancers[index] as Balancer).targets,
      })),
      balancing.tell,
    ),
    hasOther: (route, tried) => balancers[route.serviceIndex]?.hasOther(tried) ?? false,
  };
}

/** The files are read anew for every revision: that is how a renewed certificate comes into use. */
function tlsOf(tls: ListenTls | undefined, files: Pick<Files, "read">): TlsContexts | undefined {
  if (tls === undefined) return undefined;
  const certificates = tls.certificates.map(({ certFile, keyFile, hosts }) => ({
    name: certFile,
    cert: files.read(certFile),
    key: files.read(keyFile),
    hosts,
  }));
  const { clientCertificates: clients } = tls;
  const asked = clients && { ca: files.read(clients.caFile), required: clients.required };
  return createTlsContexts(certificates, tls.minVersion, asked);
}
