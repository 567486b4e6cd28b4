/** Several gateways, each with two workers, before one service, with a store of limits. */
import type { TestContext } from "node:test";
import { createClient } from "@redis/client";
import { createLog } from "#base/log.ts";
import { nodePlatform } from "#base/platform.ts";
import { keepStore, type KeptStore } from "#store/keep-store.ts";
import {
  configurationOf,
  runGateway,
  runService,
  type RunningGateway,
} from "#tests/e2e/running/run-gateway.ts";
import type { RedisServer } from "#tests/support/redis-server.ts";

/**
 * @param store of `limitStore`.
 * @param policy of the one policy, as it stands in the list.
 */
export async function runGateways(
  context: TestContext,
  count: number,
  store: string,
  policy: string,
): Promise<readonly RunningGateway[]> {
  const service = await runService(context);
  const more = `limitStore: ${store}\npolicies:\n  - ${policy}\n`;
  const text = configurationOf(service.url, { more });
  return Promise.all(Array.from({ length: count }, () => runGateway(context, text)));
}

/** Until each of the two workers, which have a connection to the store each, has said it. */
export async function seenByAll({ seen, log }: RunningGateway, event: string): Promise<void> {
  await seen(event, () => log.filter((line) => line.event === event).length >= 2);
}

export type Statuses = Record<number, number>;

/** @returns how often each status came. */
export async function ask(urls: readonly string[], count: number): Promise<Statuses> {
  const statuses: Statuses = {};
  const one = async (index: number): Promise<void> => {
    const answer = await fetch(`${urls[index % urls.length]}/echo/`);
    await answer.bytes();
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
  };
  for (let at = 0; at < count; at += 20) {
    const batch = Array.from({ length: Math.min(20, count - at) }, (_, index) => at + index);
    await Promise.all(batch.map(one));
  }
  return statuses;
}

/** Asks over and over, until it is stopped. */
export function askSteadily(urls: readonly string[]): { stop(): Promise<Statuses> } {
  const over = new AbortController();
  const all: Statuses = {};
  const asking = (async () => {
    while (!over.signal.aborted) {
      for (const [status, count] of Object.entries(await ask(urls, 40))) {
        all[Number(status)] = (all[Number(status)] ?? 0) + count;
      }
    }
  })();
  return {
    async stop() {
      over.abort();
      await asking;
      return all;
    },
  };
}

/** To look at what is in it, and to change that. */
export async function openClient(context: TestContext, { port }: RedisServer) {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  // The server goes first.
  client.on("error", () => undefined);
  await client.connect();
  context.after(() => client.destroy());
  return client;
}

/**
 * As a worker has it, without a gateway around.
 * @param user whose password is "right".
 */
export async function keepPlainStore(
  context: TestContext,
  { port }: RedisServer,
  user?: string,
): Promise<KeptStore> {
  const login = { username: user, password: user && "right" };
  const store = keepStore(
    {
      url: `valkey://127.0.0.1:${port}`,
      address: { host: "127.0.0.1", port, tls: undefined, database: 0, ...login },
      ...{ timeoutMs: 2_000, prefix: "parlance:", whenAway: "refuse" },
    },
    nodePlatform,
    createLog(nodePlatform.clock.nowMs, () => undefined),
  );
  context.after(() => store.close());
  await store.settled;
  return store;
}
