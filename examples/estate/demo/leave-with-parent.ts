/**
 * Loaded before each program of the demo: when the demo is killed and can stop nobody any more, its
 * children notice that it is gone and stop by themselves.
 */
import { isMainThread } from "node:worker_threads";

const demo = process.env["DEMO_PID"] ?? "";

function leave(): void {
  process.kill(process.pid, "SIGTERM");
}

/** It may be gone before this is loaded. */
function isGone(pid: number): boolean {
  try {
    return !process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

if (isMainThread && process.channel !== undefined && demo !== "") {
  if (demo === `${process.ppid}`) {
    process.once("disconnect", leave);
    // Must not keep a program alive that has nothing else to do.
    process.channel.unref();
  } else if (isGone(Number(demo))) leave();
}
