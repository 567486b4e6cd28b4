import assert from "node:assert/strict";
import { test } from "node:test";
import { nodePlatform } from "#base/platform.ts";
import type { WorkerStatus } from "#runtime/supervisor.ts";
import { getReadyz } from "#control/admin-api/operations/get-readyz.ts";
import { createEstate, type EstateSource } from "./estate.ts";

type Workers = readonly WorkerStatus["state"][];

function readyz(state: ReturnType<EstateSource["state"]>, workers: Workers): string {
  const fleet = { workers: () => workers.map((one, index) => ({ index, state: one })) };
  const source = { platform: nodePlatform, fleet, state: () => state };
  const estate = createEstate(source as unknown as EstateSource);
  const answer = getReadyz({ estate } as Parameters<typeof getReadyz>[0]);
  assert.ok("status" in answer && "text" in answer);
  return `${answer.status} ${answer.text}`;
}

test("a gateway whose workers have all died is not ready until one is up again", () => {
  assert.equal(readyz("ready", ["up", "waiting"]), "200 ready\n");
  assert.equal(readyz("ready", ["waiting", "starting"]), "503 without-worker\n");
  assert.equal(readyz("draining", ["waiting"]), "503 draining\n");
  assert.equal(readyz("starting", ["starting"]), "503 starting\n");
});
