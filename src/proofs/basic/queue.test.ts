import assert from "node:assert/strict";
import { test } from "node:test";
import { createQueue } from "./queue.ts";

test("so many run at once, so many wait, and the rest is turned away", async () => {
  const queue = createQueue(2, 1);
  const finish: (() => void)[] = [];
  let underWay = 0;
  const work = (): Promise<number> => {
    underWay++;
    return new Promise((resolve) => finish.push(() => resolve(underWay--)));
  };
  const all = [1, 2, 3, 4].map(() => queue(work));
  assert.equal(await all[3], "full");
  assert.equal(underWay, 2);
  finish[0]?.();
  await all[0];
  await new Promise(setImmediate);
  assert.equal(finish.length, 3);
  finish[1]?.();
  finish[2]?.();
  await Promise.all(all);
  assert.equal(underWay, 0);
});

test("work that fails gives its place to the next", async () => {
  const queue = createQueue(1, 1);
  const failing = queue(() => Promise.reject(new Error("planted")));
  const next = queue(() => Promise.resolve("fine"));
  await assert.rejects(failing, /planted/);
  assert.equal(await next, "fine");
});
