/** Consistent hashing: when an instance comes or goes, few keys move, and only to or from it. */
import { hash } from "node:crypto";
import type { Instance } from "#configuration/configuration.ts";

export interface Ring {
  /** Places of the instances, the one that the key belongs to first; each once. */
  readonly orderOf: (key: string) => readonly number[];
  /** How many points it has. */
  readonly size: number;
}

const pointsMin = 10;
/** Beyond it, weights count for less: those of SRV records go up to 65,535. */
const pointsMax = 100_000;
/** More places than this say nothing new. */
const ordersKept = 10_000;

export function createRing(instances: readonly Pick<Instance, "url" | "weight">[]): Ring {
  const pointsPerWeight = pointsPerWeightOf(instances);
  const points = instances.flatMap(({ url, weight }, at) =>
    Array.from(
      { length: Math.max(pointsMin, Math.floor(weight * pointsPerWeight)) },
      (_, index) => ({
        at,
        place: placeOf(`${url} ${index}`),
      }),
    ),
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
    size: points.length,
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

/** Halved until they are few enough, so that most changes of a list leave it as it is. */
function pointsPerWeightOf(instances: readonly Pick<Instance, "weight">[]): number {
  const total = instances.reduce((sum, { weight }) => sum + weight, 0);
  return 2 ** -Math.max(0, Math.ceil(Math.log2(total / pointsMax)));
}

function placeOf(text: string): number {
  return hash("sha256", text, "buffer").readUInt32BE(0);
}
