/** How soon it answers after the start of the process, and what it holds while idle. */
import { setTimeout as sleep } from "node:timers/promises";
import { residentBytesOf } from "#bench/rig/process-tree.ts";
import { median } from "#bench/rig/statistics.ts";
import { mebibytes } from "#bench/rig/table.ts";
import { plainPlan } from "./gateway.ts";
import { atMost, type LoadCase } from "./load-case.ts";

export const start: LoadCase = {
  id: "start",
  title: "Start and idle memory, one worker",
  run: async (site) => {
    const readyMs: number[] = [];
    const resident: number[] = [];
    for (let round = 0; round < site.rounds; round += 1) {
      const gateway = await site.start(plainPlan(site.rig));
      readyMs.push(gateway.readyMs);
      await sleep(site.tiny ? 0 : 1000);
      resident.push(mebibytes(residentBytesOf(gateway.pid)));
      await gateway.stop();
    }
    return [
      atMost("from process start to the first answer", median(readyMs), 1000, "ms", !site.tiny),
      atMost("RSS idle", median(resident), 100, "MiB", !site.tiny),
    ];
  },
};
