/** A hub without a gateway: what it asks of services is kept, and answered by the test. */
import type { Reply } from "#call/call.ts";
import type { Contract } from "#contract/contract.ts";
import type { HubCall, HubSession } from "#extension/hub.ts";
import type { GraphqlSettings } from "#base/graphql-settings.ts";
import type { FaceResponse } from "#extension/protocol.ts";
import { defaultGraphqlSettings } from "#base/graphql-settings.ts";
import { createGraphqlHub } from "./hub.ts";

export interface TestHub {
  readonly calls: HubCall[];
  readonly post: (body: string, fields?: Readonly<Record<string, string>>) => Promise<FaceResponse>;
}

const json = { "content-type": "application/json" };

export function createTestHub(
  contract: Contract,
  answer: (call: HubCall) => Reply,
  settings: Partial<GraphqlSettings> = {},
): TestHub {
  const services = [{ serviceName: "s", contract }];
  const hub = createGraphqlHub(services, { graphql: { ...defaultGraphqlSettings, ...settings } });
  const calls: HubCall[] = [];
  const session: HubSession = {
    exchangeId: "0".repeat(32),
    signal: new AbortController().signal,
    superseded: new AbortController().signal,
    may: () => true,
    invoke(call) {
      calls.push(call);
      return Promise.resolve(answer(call));
    },
    subscribe: () => Promise.resolve(undefined),
  };
  return {
    calls,
    async post(body, fields = json) {
      const request = {
        ...{ method: "POST", path: "/graphql/s", query: "" },
        field: (name: string) => fields[name],
        body: Buffer.from(body),
      };
      const response = await hub.handle(request, session);
      if ("kind" in response) throw new Error("it is a stream");
      return response;
    },
  };
}
