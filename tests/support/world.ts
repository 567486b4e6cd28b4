/** A platform whose clock can be put forward, and whose names resolve to what the test says. */
import { nodePlatform, type Platform } from "#base/platform.ts";

export function worldOf(names: Readonly<Record<string, readonly string[]>> = {}) {
  const world = { skewMs: 0, lookups: 0 };
  const platform: Platform = {
    ...nodePlatform,
    clock: { ...nodePlatform.clock, monotonicMs: () => performance.now() + world.skewMs },
    sockets: {
      ...nodePlatform.sockets,
      resolve: async (host) => {
        world.lookups++;
        const found = names[host];
        if (found === undefined) throw Object.assign(new Error("unknown"), { code: "ENOTFOUND" });
        return found;
      },
    },
  };
  return { world, platform };
}
