import assert from "node:assert/strict";
import test from "node:test";
import { cpuUsOf, residentBytesOf } from "./process-tree.ts";
import { startProcess, untilReady } from "./processes.ts";

const skip = process.platform === "linux" ? false : "reads Linux's /proc";

/** A parent whose child burns and holds: both must be seen through the parent's id. */
const child = `
const held = Buffer.alloc(64 * 1024 ** 2, 1);
const until = process.cpuUsage().user + 200_000;
while (process.cpuUsage().user < until);
console.log("burned " + held.length);
setInterval(() => held, 1000);
`;
const parent = `
const { spawn } = require("node:child_process");
const child = spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "inherit" });
process.on("SIGTERM", () => { child.kill(); process.exit(0); });
`;

test("CPU time and memory of children count to their parent's tree", { skip }, async () => {
  const running = startProcess({ file: process.execPath, args: ["-e", parent] }, "");
  const burned = (): Promise<boolean> => Promise.resolve(running.output().includes("burned"));
  await untilReady(running, "the child", burned);
  const cpuUs = cpuUsOf(running.pid);
  const residentBytes = residentBytesOf(running.pid);
  await running.stop();
  assert.ok(cpuUs >= 190_000, `${cpuUs} µs of CPU seen, 200,000 burned`);
  assert.ok(residentBytes > 64 * 1024 ** 2, `${residentBytes} bytes seen, 64 MiB held`);
});

test("a process that ended has no tree", { skip }, async () => {
  const running = startProcess(
    { file: process.execPath, args: ["-e", "setInterval(() => {}, 9)"] },
    "",
  );
  await running.stop();
  assert.equal(cpuUsOf(running.pid), 0);
  assert.equal(residentBytesOf(running.pid), 0);
});
