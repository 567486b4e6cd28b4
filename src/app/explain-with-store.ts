/**
 * Explanations that tell what is in the store of limits and how workers stand: they are made twice,
 * first to learn what they ask for, then with what was found.
 */
import type { Traffic } from "#analytics/traffic-totals.ts";
import { createLog } from "#base/log.ts";
import type { Platform } from "#base/platform.ts";
import type { ReadShared, StoreScript } from "#base/shared-store.ts";
import type { LimitStore, Revision } from "#configuration/configuration.ts";
import type { ExplainedKinds } from "#gateway/explain.ts";
import type { LookedAt, WorkerView } from "#gateway/look-at.ts";
import type { Fleet } from "./fleet.ts";
import { explainedKinds } from "./explained-kinds.ts";
import { openStore } from "./open-store.ts";

type Read = ReturnType<ReadShared>;

/** Nobody's request waits. */
const timeoutMsMin = 1_000;

/** What a running gateway knows; undefined: none is asked. */
export interface AskedGateway extends Pick<Fleet, "look"> {
  readonly costs: Traffic["costs"];
  readonly running: NonNullable<ExplainedKinds["running"]>;
}

export function askedGateway(fleet: Pick<Fleet, "look" | "shared" | "traffic">): AskedGateway {
  return { look: fleet.look, costs: fleet.traffic().costs, running: fleet.shared() };
}

/**
 * @param revision whose rules are explained.
 * @param explain must do nothing but explain.
 */
export async function explainWithStore<Explained>(
  platform: Platform,
  { configuration: { limitStore }, contracts }: Pick<Revision, "configuration" | "contracts">,
  gateway: AskedGateway | undefined,
  explain: (kinds: ExplainedKinds) => Explained,
): Promise<Explained> {
  // Without contracts there are no faces, and their code takes no memory.
  const protocols =
    contracts.size === 0 ? [] : (await import("./standard-protocols.ts")).standardProtocols;
  const plain = { ...explainedKinds(platform.clock, gateway?.costs), protocols };
  const kinds: ExplainedKinds = gateway === undefined ? plain : { ...plain, ...gateway };
  if (limitStore === undefined && gateway === undefined) return explain(kinds);
  const asked = new Map<string, StoreScript>();
  let lookedAt: LookedAt | undefined;
  const first = explain({
    ...kinds,
    ...(limitStore !== undefined && {
      readShared(script: StoreScript, key: string) {
        asked.set(key, script);
        return notRead;
      },
    }),
    viewsOf(what) {
      lookedAt = what;
      return [];
    },
  });
  const views = lookedAt === undefined ? [] : ((await gateway?.look(lookedAt)) ?? []);
  if (asked.size === 0 && views.length === 0) return first;
  const found = limitStore === undefined ? new Map() : await readAll(limitStore, platform, asked);
  return explain({
    ...kinds,
    ...(limitStore !== undefined && {
      readShared: (_script: StoreScript, key: string): Read => found.get(key) ?? notRead,
    }),
    viewsOf: (): readonly WorkerView[] => views,
  });
}

const notRead = { unread: "the store of limits was not asked" } as const;

async function readAll(
  declared: LimitStore,
  platform: Platform,
  asked: ReadonlyMap<string, StoreScript>,
): Promise<ReadonlyMap<string, Read>> {
  if (asked.size === 0) return new Map();
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
