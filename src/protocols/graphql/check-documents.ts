/** Whether the documents that an operator lists can be executed, before a caller asks for one. */
import type { GraphqlSettings } from "#base/graphql-settings.ts";
import type { HubService } from "#extension/hub.ts";
import { createAddress, type Address } from "./hub-address.ts";

export interface UnusableDocument {
  readonly id: string;
  readonly message: string;
}

/** Each is meant for one address: for that of all services, or for one service's own. */
export function checkDocuments(
  services: readonly HubService[],
  settings: GraphqlSettings,
): readonly UnusableDocument[] {
  const all = createAddress(services, true, settings);
  const own = new Map<HubService, Address>();
  const addressOf = (service: HubService): Address => {
    const address = own.get(service) ?? createAddress([service], false, settings);
    own.set(service, address);
    return address;
  };
  return Object.entries(settings.documents?.texts ?? {}).flatMap(([id, text]) => {
    const prepared = all.prepare(text);
    if (prepared.kind === "document") return [];
    const fits = services.some((one) => addressOf(one).prepare(text).kind === "document");
    const message = prepared.errors[0]?.message ?? prepared.code;
    return fits ? [] : [{ id, message }];
  });
}
