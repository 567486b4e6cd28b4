/** Memory over many exchanges: a leak shows as growth from the first stretches to the last. */
import { residentBytesOf } from "#bench/rig/process-tree.ts";
import { median } from "#bench/rig/statistics.ts";
import { mebibytes } from "#bench/rig/table.ts";
import { plainPlan } from "./gateway.ts";
import { none, type LoadCase } from "./load-case.ts";

/** What V8's heap may breathe without anything being lost. */
const grownMiBMax = 8;

export const growth: LoadCase = {
  id: "growth",
  title: "Memory over many exchanges",
  run: async (site) => {
    const gateway = await site.start(plainPlan(site.rig));
    const url = `http://127.0.0.1:${gateway.port}/up/json`;
    const load = { url, connections: site.connections, seconds: site.tiny ? 0.1 : 1 };
    let errors = 0;
    // Warm-up: code, heap and connections take their size.
    for (let run = 0; run < (site.tiny ? 1 : 3); run += 1) {
      errors += (await site.rig.load(load)).errors;
    }
    const goal = site.tiny ? 500 : site.long ? 1_000_000 : 50_000;
    // Nine stretches at least, so that a third of them is three.
    const stretchSeconds = site.tiny ? 0.1 : site.long ? 1 : 0.3;
    const resident: number[] = [];
    let exchanges = 0;
    while (exchanges < goal || resident.length < (site.tiny ? 3 : 9)) {
      const result = await site.rig.load({ ...load, seconds: stretchSeconds });
      if (result.requests === 0) throw new Error("no request was answered");
      exchanges += result.requests;
      errors += result.errors;
      resident.push(mebibytes(residentBytesOf(gateway.pid)));
    }
    const third = Math.floor(resident.length / 3);
    const first = median(resident.slice(0, third));
    const last = median(resident.slice(-third));
    const value = last - first;
    const grown = { name: "grown", value, unit: "MiB", reach: `<= ${grownMiBMax}` };
    return [
      { name: "exchanges", value: exchanges, unit: "" },
      { name: "RSS in the first third", value: first, unit: "MiB" },
      { name: "RSS in the last third", value: last, unit: "MiB" },
      site.tiny ? grown : { ...grown, held: value <= grownMiBMax },
      none("failed requests", errors, "requests"),
    ];
  },
};
