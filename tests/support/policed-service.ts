/** A service behind a gateway that holds requests to policies, for tests of one policy. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { startLoadedGateway, type PlainConfiguration } from "./gateway-under-test.ts";

export interface PolicedService {
  /** Of the service on the gateway, with a slash at its end. */
  readonly url: string;
  readonly gatewayUrl: string;
  /** How often an instance was asked. */
  readonly asked: () => number;
  /** Stops the gateway, once. */
  readonly close: () => Promise<void>;
}

/**
 * @param policies as in parlance.yaml, for all services.
 * @param instances what each of them does; one that does nothing, by default, but say "fine".
 * "gone": nobody is there.
 */
export async function startPoliced(
  context: Pick<TestContext, "after">,
  policies: readonly object[],
  instances: readonly (RequestListener | "gone")[] = [
    (_incoming, outgoing) => void outgoing.end("fine"),
  ],
  more: PlainConfiguration = {},
): Promise<PolicedService> {
  let asked = 0;
  const servers = instances.map((listener) =>
    createServer((incoming, outgoing) => {
      asked++;
      if (listener !== "gone") listener(incoming, outgoing);
    }),
  );
  const urls = await Promise.all(
    servers.map(async (server) => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }),
  );
  for (const [index, server] of servers.entries()) {
    if (instances[index] === "gone") server.close();
  }
  context.after(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });
  const gateway = await startLoadedGateway({
    services: { up: { instances: urls } },
    policies,
    ledger: "off",
    timeouts: { drainMs: 1 },
    ...more,
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= gateway.close());
  context.after(close);
  const gatewayUrl = `http://127.0.0.1:${gateway.port}`;
  return { url: `${gatewayUrl}/up/`, gatewayUrl, asked: () => asked, close };
}
