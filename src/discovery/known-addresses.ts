/**
 * Addresses of names, asked for in both families. Where one of them cannot be looked up, what it
 * was before is used for a time, beside what the other says.
 */
import type { NameServers } from "#base/platform.ts";

export interface FoundAddresses {
  /** By what DNS says now. */
  readonly fresh: readonly string[];
  /** From before, of what cannot be looked up now. */
  readonly kept: readonly string[];
  /** How long the fresh ones hold. */
  readonly ttlMs: number;
  /** Why there is no fresh one; undefined: there is. */
  readonly reason: unknown;
}

interface Known {
  readonly addresses: readonly string[];
  readonly atMs: number;
}

/** That there is none is an answer; anything else says nothing. */
const answers = new Set(["ENODATA", "ENOTFOUND"]);

/** @param keepMs how long what was found is used without being found again. */
export function createKnownAddresses(
  names: Pick<NameServers, "addresses">,
  keepMs: number,
  clock: { readonly monotonicMs: () => number },
): (host: string) => Promise<FoundAddresses> {
  const known = new Map<string, Known>();

  async function ask(host: string, family: 4 | 6) {
    const key = `${family} ${host}`;
    try {
      const found = await names.addresses(host, family);
      const addresses = found.map(({ address }) => address);
      known.set(key, { addresses, atMs: clock.monotonicMs() });
      return { addresses, ttlMs: Math.min(...found.map(({ ttlS }) => ttlS)) * 1_000, kept: [] };
    } catch (reason) {
      const before = known.get(key);
      const isOver = before !== undefined && clock.monotonicMs() - before.atMs >= keepMs;
      if (isOver || isAnswer(reason)) known.delete(key);
      return { addresses: [], ttlMs: Infinity, kept: known.get(key)?.addresses ?? [], reason };
    }
  }

  return async (host) => {
    const [four, six] = await Promise.all([ask(host, 4), ask(host, 6)]);
    const fresh = [...four.addresses, ...six.addresses];
    return {
      fresh,
      kept: [...four.kept, ...six.kept],
      ttlMs: Math.min(four.ttlMs, six.ttlMs),
      reason: fresh.length > 0 ? undefined : (four.reason ?? new Error("no address")),
    };
  };
}

function isAnswer(reason: unknown): boolean {
  return reason instanceof Error && "code" in reason && answers.has(String(reason.code));
}
