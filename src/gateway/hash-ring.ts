/** Consistent hashing: when an instance comes or goes, few keys move, and only to or from it. */
import { hash } from "node:crypto";
import type { Instance } from "#configuration/configuration.ts";

export interface Ring {
  /** Places of the instances, the one that the key belongs to first; each once. */
  readonly orderOf: (key: string) => readonly number[];
}

const pointsPerWeight = 1;
/** More places than this say nothing new. */
const ordersKept = 10_000;

export function createRing(instances: readonly Pick<Instance, "url" | "weight">[]): Ring {
  const points = instances.flatMap(({ url, weight }, at) =>
    Array.from({ length: Math.max(10, weight * pointsPerWeight) }, (_, index) => ({
      at,
      place: placeOf(`${url} ${index}`),
    })),
  );
  points.sort((a, b) => a.place - b.place || a.at - b.at);
  const known = new Map<string, readonly number[]>();

  function find(key: string): readonly number[] {
    const place = placeOf(key);
    let low = 0;
    let high = points.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((points[middle]?.place ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    const order = new Set<number>();
    for (let count = 0; count < points.length && order.size < instances.length; count++) {
      order.add(points[(low + count) % points.length]?.at ?? 0);
    }
    return [...order];
  }

  return {
    orderOf(key) {
      const found = known.get(key);
      if (found !== undefined) return found;
      if (known.size >= ordersKept) known.clear();
      const order = find(key);
      known.set(key, order);
      return order;
    },
  };
}

function placeOf(text: string): number {
  return hash("sha256", text, "buffer").readUInt32BE(0);
}
