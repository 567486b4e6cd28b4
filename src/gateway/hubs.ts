/** The addresses of faces over all services, `/rpc` or `/graphql`, and which hub is behind each. */
import type { Contract, Dialect } from "#contract/contract.ts";
import type { Service } from "#configuration/configuration.ts";
import { isOffered } from "#configuration/offers.ts";
import type { Hub, HubService, HubSettings } from "#extension/hub.ts";
import type { Protocol } from "#extension/protocol.ts";
import type { RequestHead } from "#wire/head.ts";

export type HubMatch =
  | {
      readonly kind: "hub";
      readonly hub: Hub;
      readonly dialect: Dialect;
      readonly inParts: boolean;
    }
  | { readonly kind: "miss"; readonly allowedMethods: readonly string[] };

export interface Hubs {
  /** Undefined: the address is none of theirs. */
  match(head: RequestHead): HubMatch | undefined;
}

interface Address {
  readonly segments: readonly string[];
  readonly methods: readonly string[];
  readonly hub: Hub;
  readonly dialect: Dialect;
  readonly inParts: boolean;
}

const none: Hubs = { match: () => undefined };

/** The hubs are compiled when the first request for one comes, and kept with the revision. */
export function createHubs(
  services: readonly Service[],
  contracts: ReadonlyMap<string, Contract>,
  protocols: readonly Protocol[],
  settings: HubSettings,
): Hubs {
  const creators = protocols.flatMap(({ name, createHub }) =>
    createHub === undefined ? [] : [{ dialect: name, createHub }],
  );
  if (creators.length === 0 || contracts.size === 0) return none;
  let addresses: readonly Address[] | undefined;
  const compile = (): readonly Address[] =>
    creators.flatMap(({ dialect, createHub }) => {
      const hub = createHub(servicesAt(dialect, services, contracts), settings);
      return hub.addresses.map(({ path, methods, inParts = false }) => ({
        segments: path.split("/").slice(1),
        ...{ methods, hub, dialect, inParts },
      }));
    });
  return {
    match(head) {
      // Of every request; no string is made for those that are for somebody else.
      if (!initials.has(head.bytes[head.pathStart + 1] ?? 0)) return undefined;
      if (!reserved.has(firstSegment(head.path))) return undefined;
      const segments = head.path.split("/").slice(1);
      const found = (addresses ??= compile()).filter((address) => fits(address, segments));
      const [address] = found;
      if (address === undefined) return undefined;
      const { methods, hub, dialect, inParts } = address;
      if (methods.includes(head.method)) return { kind: "hub", hub, dialect, inParts };
      return { kind: "miss", allowedMethods: methods };
    },
  };
}

function servicesAt(
  dialect: Dialect,
  services: readonly Service[],
  contracts: ReadonlyMap<string, Contract>,
): readonly HubService[] {
  return services.flatMap(({ name, offers }): readonly HubService[] => {
    const contract = contracts.get(name);
    if (contract === undefined) return [];
    const patterns = offers?.[dialect];
    if (patterns === undefined) return [{ serviceName: name, contract }];
    const ids = contract.operations.map(({ id }) => id).filter((id) => isOffered(patterns, id));
    return [{ serviceName: name, contract, offered: new Set(ids) }];
  });
}

/** No service can have these names (see schema-services.ts). */
const reserved: ReadonlySet<string> = new Set([
  ...["graphql", "rpc", "mcp", "grpc.health.v1.Health"],
  ...["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"],
]);

const initials: ReadonlySet<number> = new Set([...reserved].map((name) => name.charCodeAt(0)));

function firstSegment(path: string): string {
  const end = path.indexOf("/", 1);
  return end < 0 ? path.slice(1) : path.slice(1, end);
}

function fits({ segments: own }: Address, segments: readonly string[]): boolean {
  if (own.length !== segments.length) return false;
  return own.every((one, index) => one.startsWith("{") || one === segments[index]);
}
