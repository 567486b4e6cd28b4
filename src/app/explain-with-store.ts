/**
 * Explanations that tell what is in the store of limits: they are made twice, first to learn which
 * keys they ask for, then with what was found there.
 */
import type { Traffic } from "#analytics/traffic-totals.ts";
import { createLog } from "#base/log.ts";
import type { Platform } from "#base/platform.ts";
import type { ReadShared, StoreScript } from "#base/shared-store.ts";
import type { LimitStore } from "#configuration/configuration.ts";
import type { ExplainedKinds } from "#gateway/explain.ts";
import { explainedKinds } from "./explained-kinds.ts";
import { openStore } from "./open-store.ts";

type Read = ReturnType<ReadShared>;

/** Nobody's request waits. */
const timeoutMsMin = 1_000;

/**
 * @param limitStore of the configuration that is explained.
 * @param costs of a running gateway.
 * @param explain must do nothing but explain.
 */
export async function explainWithStore<Explained>(
  platform: Platform,
  limitStore: LimitStore | undefined,
  costs: Traffic["costs"] | undefined,
  explain: (kinds: ExplainedKinds) => Explained,
): Promise<Explained> {
  const kinds = explainedKinds(platform.clock, costs);
  if (limitStore === undefined) return explain(kinds);
  const asked = new Map<string, StoreScript>();
  const first = explain({
    ...kinds,
    readShared(script, key) {
      asked.set(key, script);
      return notRead;
    },
  });
  if (asked.size === 0) return first;
  const found = await readAll(limitStore, platform, asked);
  return explain({ ...kinds, readShared: (_script, key) => found.get(key) ?? notRead });
}

const notRead = { unread: "the store of limits was not asked" } as const;

async function readAll(
  declared: LimitStore,
  platform: Platform,
  asked: ReadonlyMap<string, StoreScript>,
): Promise<ReadonlyMap<string, Read>> {
  const { url, timeoutMs } = declared;
  let why = `${url} does not answer`;
  const log = createLog(platform.clock.nowMs, ({ message }) => (why = message));
  const patient = { ...declared, timeoutMs: Math.max(timeoutMs, timeoutMsMin) };
  const store = await openStore(patient, platform, log);
  await store.settled;
  const found = new Map<string, Read>();
  for (const [key, script] of asked) {
    found.set(key, (await store.run(script, key, [])) ?? { unread: why });
  }
  store.close();
  return found;
}
