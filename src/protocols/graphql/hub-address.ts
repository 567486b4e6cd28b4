/** One address of GraphQL: the schema behind it, whole and as far as a caller may see it. */
import type { GraphQLSchema } from "graphql";
import type { HubService, HubSession } from "#extension/hub.ts";
import type { GraphqlSettings } from "#base/graphql-settings.ts";
import { createFieldCalls } from "./execute.ts";
import { createKept, createPrepare, type Prepare } from "./hub-documents.ts";
import { createRootFields, createSchema, type RootField } from "./schema.ts";

export interface Address {
  readonly prepare: Prepare;
  readonly schema: GraphQLSchema;
  readonly seesAll: (session: HubSession) => boolean;
  /** With those fields alone that the caller may call. */
  readonly visibleTo: (session: HubSession) => GraphQLSchema;
}

/** Schemas of callers' permissions that are kept. */
const schemasMax = 32;

/** Compiled when the first request comes. @param prefixed with the services' names in it. */
export function createAddress(
  services: readonly HubService[],
  prefixed: boolean,
  settings: GraphqlSettings,
): Address {
  const roots = createRootFields(services, prefixed, createFieldCalls(services), settings);
  const schema = createSchema(roots);
  const kept = createKept<GraphQLSchema>(schemasMax);
  const may = (session: HubSession, { serviceName, operation }: RootField): boolean =>
    session.may(serviceName, operation.id);
  return {
    schema,
    prepare: createPrepare(() => schema, settings),
    seesAll: (session) => roots.every((root) => may(session, root)),
    visibleTo(session) {
      const visible = roots.filter((root) => may(session, root));
      if (visible.length === roots.length) return schema;
      const key = visible.map(({ name }) => name).join(" ");
      const known = kept.get(key);
      if (known !== undefined) return known;
      const made = createSchema(visible);
      // Bounded by their number; how much one is, the contract says.
      kept.set(key, made, 0);
      return made;
    },
  };
}
