/**
 * Loaded before each program of the demo: when the demo is killed and can stop nobody any more, its
 * children notice that it is gone and stop by themselves.
 */
import { isMainThread } from "node:worker_threads";

if (
  isMainThread &&
  process.channel !== undefined &&
  process.env["DEMO_PID"] === `${process.ppid}`
) {
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  // Must not keep a program alive that has nothing else to do.
  process.channel.unref();
}
