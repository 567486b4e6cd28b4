/** For tests: a service behind a gateway that caches, and a clock that can be put forward. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { nodePlatform, type Platform } from "#base/platform.ts";
import { startLoadedGateway, type PlainConfiguration } from "#tests/support/gateway-under-test.ts";

export interface CachedService {
  readonly url: string;
  readonly port: number;
  /** What instances have been asked. */
  readonly asked: IncomingMessage[];
  /** Decides what the next requests get. */
  answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void;
  readonly passSeconds: (seconds: number) => void;
  /** By a caller with this key. */
  readonly get: (
    path?: string,
    headers?: Readonly<Record<string, string>>,
    method?: string,
  ) => Promise<Got>;
}

export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of `Cache-Status`. */
  readonly cache: string;
}

export type Answering = CachedService["answer"];

/** An answer with these fields, and a body that tells how often the service was asked. */
export function saying(fields: Readonly<Record<string, string>>, status = 200): Answering {
  let count = 0;
  return (_incoming, outgoing) => {
    outgoing.writeHead(status, fields);
    outgoing.end(`answer ${++count}`);
  };
}

export async function startCached(
  context: Pick<TestContext, "after">,
  options: object,
  answer: Answering,
  more: PlainConfiguration = {},
): Promise<CachedService> {
  let aheadMs = 0;
  const { clock } = nodePlatform;
  const platform: Platform = {
    ...nodePlatform,
    clock: {
      nowMs: () => clock.nowMs() + aheadMs,
      monotonicMs: () => clock.monotonicMs() + aheadMs,
    },
  };
  const server = createServer((incoming, outgoing) => {
    service.asked.push(incoming);
    incoming.resume();
    service.answer(incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const plain = {
    services: { up: { instances: [`http://127.0.0.1:${port}`], policies: [{ cache: options }] } },
    ledger: "off",
    timeouts: { drainMs: 1 },
    ...more,
  };
  const gateway = await startLoadedGateway(plain, platform);
  context.after(async () => {
    await gateway.close();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${gateway.port}/up/`;
  const service: CachedService = {
    url,
    port: gateway.port,
    asked: [],
    answer,
    passSeconds: (seconds) => void (aheadMs += seconds * 1_000),
    async get(path = "", headers = {}, method = "GET") {
      const response = await fetch(url + path, { method, headers, redirect: "manual" });
      const text = await response.text();
      const cache = response.headers.get("cache-status") ?? "";
      return { status: response.status, headers: response.headers, text, cache };
    },
  };
  return service;
}
