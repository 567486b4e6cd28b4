/** For tests: a service behind a gateway that caches, and a clock that can be put forward. */
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
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
  /** Another revision, with these options. */
  readonly takeOptions: (options: object) => void;
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
    outgoing.sendDate = false;
    outgoing.setHeader("date", new Date(platform.clock.nowMs()).toUTCString());
    service.answer(incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const plainOf = (cache: object): PlainConfiguration => ({
    services: { up: { instances: [`http://127.0.0.1:${port}`], policies: [{ cache }] } },
    ledger: "off",
    // A clock that is put forward is no reason to give up.
    timeouts: { drainMs: 1, firstByteMs: 3_600_000, totalMs: 3_600_000 },
    ...more,
  });
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const gateway = await startLoadedGateway(plainOf(options), platform);
  context.after(() => gateway.close());
  const url = `http://127.0.0.1:${gateway.port}/up/`;
  const service: CachedService = {
    url,
    port: gateway.port,
    asked: [],
    answer,
    takeOptions: (next) => gateway.take(plainOf(next)),
    passSeconds: (seconds) => void (aheadMs += seconds * 1_000),
    // fetch() says `no-cache` of itself where there are conditions.
    get: (path = "", headers = {}, method = "GET") =>
      new Promise((resolve, reject) => {
        const sent = request(url + path, { method, headers, agent: false }, (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on("error", reject);
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
          incoming.on("end", () => {
            const { statusCode: status = 0, headers: got } = incoming;
            const text = Buffer.concat(chunks).toString();
            const fields = new Headers(got as Record<string, string>);
            resolve({ status, headers: fields, text, cache: fields.get("cache-status") ?? "" });
          });
        });
        sent.on("error", reject).end();
      }),
  };
  return service;
}
